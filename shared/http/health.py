"""Health and metrics: ``/livez`` touches nothing, ``/readyz`` asks the database, ``/metrics``."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import sqlalchemy as sa
from fastapi import FastAPI, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, Response

from shared.db.unit_of_work import Database
from shared.http.context import context_of

_PATIENCE_SECONDS = 2


def install(app: FastAPI) -> None:
    """Serve the three addresses, outside the documented API."""
    app.add_route("/livez", livez, include_in_schema=False)
    app.add_route("/readyz", _readyz, include_in_schema=False)
    app.add_route("/metrics", metrics, include_in_schema=False)


async def livez(request: Request) -> Response:
    """Answer that the process runs its loop."""
    return JSONResponse({"status": "alive"})


async def _readyz(request: Request) -> Response:
    return await readiness([context_of(request).db])


async def readiness(databases: Iterable[Database]) -> Response:
    """Answer 200 when every database answers within two seconds, else 503 with the reasons."""
    reasons = await asyncio.gather(*(_why_not_ready(each) for each in databases))
    if not (found := [reason for reason in reasons if reason]):
        return JSONResponse({"status": "ready"})
    return JSONResponse({"status": "not ready", "reason": ", ".join(found)}, 503)


async def _why_not_ready(database: Database) -> str | None:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS), database.reading() as conn:
            await conn.execute(sa.text("SELECT 1"))
    except Exception as error:
        return f"{database.service}: {type(error).__name__}"
    return None


async def metrics(request: Request) -> Response:
    """Answer the metrics of this process."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
