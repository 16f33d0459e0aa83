"""Health and metrics: ``/livez`` touches nothing, ``/readyz`` asks the database, ``/metrics``."""

from __future__ import annotations

import asyncio

import sqlalchemy as sa
from fastapi import FastAPI, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, Response

from shared.http.context import context_of

_PATIENCE_SECONDS = 2


def install(app: FastAPI) -> None:
    """Serve the three addresses, outside the documented API."""
    app.add_route("/livez", _livez, include_in_schema=False)
    app.add_route("/readyz", _readyz, include_in_schema=False)
    app.add_route("/metrics", _metrics, include_in_schema=False)


async def _livez(request: Request) -> Response:
    return JSONResponse({"status": "alive"})


async def _readyz(request: Request) -> Response:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS), context_of(request).db.reading() as conn:
            await conn.execute(sa.text("SELECT 1"))
    except Exception as error:
        return JSONResponse({"status": "not ready", "reason": type(error).__name__}, 503)
    return JSONResponse({"status": "ready"})


async def _metrics(request: Request) -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
