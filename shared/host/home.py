"""What answers at the address of a process that hosts several services, beside the services:
the portal, health for all of them, and problem documents for everything else."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from shared.db.unit_of_work import Database
from shared.http.health import livez, metrics, readiness
from shared.http.problems import problem
from shared.portal.routes import portal_routes


def create_home(apps: Sequence[FastAPI], databases: Sequence[Database]) -> Starlette:
    """Return the application for all paths that belong to no service."""
    return _application([*_health(databases), *portal_routes(apps)])


def create_health(databases: Sequence[Database]) -> Starlette:
    """Return the application of a process that serves nothing but its health."""
    return _application(_health(databases))


def _application(routes: Sequence[BaseRoute]) -> Starlette:
    return Starlette(routes=routes, exception_handlers={HTTPException: _refusal})


def _health(databases: Sequence[Database]) -> list[Route]:
    async def readyz(request: Request) -> Response:
        return await readiness(databases)

    return [Route("/livez", livez), Route("/readyz", readyz), Route("/metrics", metrics)]


async def _refusal(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    code, title = {405: ("method_not_allowed", "Method not allowed")}.get(
        status, ("not_found", "Not found")
    )
    return problem(request, status, code, title, f"Nothing answers {request.url.path}.")
