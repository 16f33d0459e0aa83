"""Health and metrics of a process: ``/livez`` touches nothing, ``/startupz`` says whether it was
ever ready, ``/readyz`` whether it may be given work now, ``/metrics`` what it measured."""

from __future__ import annotations

import asyncio
from functools import cache

import sqlalchemy as sa
from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shared.db.migrations import Versions, known_versions
from shared.db.unit_of_work import Database
from shared.service import load

_PATIENCE_SECONDS = 2


class Readiness:
    """Whether a process may be given work: its databases answer, migrated as far as this release
    needs, and it was not told to stop. The bus is not needed: events wait in the outbox."""

    def __init__(self, *databases: Database) -> None:
        self._databases = databases
        self._draining = False
        self._started = False

    def drain(self) -> None:
        """Ask for no more work: the process is about to stop."""
        self._draining = True

    async def reasons(self) -> list[str]:
        """Return why the process is not ready; empty when it is."""
        if self._draining:
            return ["draining"]
        found = await asyncio.gather(*(_why_not_ready(each) for each in self._databases))
        reasons = [reason for reason in found if reason]
        self._started = self._started or not reasons
        return reasons

    async def has_started(self) -> bool:
        """Say whether the process has ever been ready."""
        return self._started or not await self.reasons()


def routes(readiness: Readiness) -> list[Route]:
    """Return the four addresses of a process."""

    async def readyz(request: Request) -> Response:
        if reasons := await readiness.reasons():
            return JSONResponse({"status": "not ready", "reason": ", ".join(reasons)}, 503)
        return JSONResponse({"status": "ready"})

    async def startupz(request: Request) -> Response:
        if await readiness.has_started():
            return JSONResponse({"status": "started"})
        return JSONResponse({"status": "starting"}, 503)

    return [
        Route("/livez", livez, include_in_schema=False),
        Route("/startupz", startupz, include_in_schema=False),
        Route("/readyz", readyz, include_in_schema=False),
        Route("/metrics", metrics, include_in_schema=False),
    ]


def install(app: FastAPI, database: Database) -> None:
    """Serve the addresses, outside the documented API; ``app.state.readiness`` can be drained."""
    app.state.readiness = Readiness(database)
    app.router.routes.extend(routes(app.state.readiness))


async def livez(request: Request) -> Response:
    """Answer that the process runs its loop."""
    return JSONResponse({"status": "alive"})


async def metrics(request: Request) -> Response:
    """Answer the metrics of this process."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _why_not_ready(database: Database) -> str | None:
    try:
        versions = await asyncio.to_thread(_versions, database.service)
        async with asyncio.timeout(_PATIENCE_SECONDS), database.probing() as conn:
            version = await conn.scalar(sa.text("SELECT version_num FROM alembic_version"))
    except Exception as error:
        return f"{database.service}: {type(error).__name__}"
    return None if versions.suffices(version) else f"{database.service}: migrations are missing"


@cache
def _versions(service: str) -> Versions:
    return known_versions(load(service).migrations)
