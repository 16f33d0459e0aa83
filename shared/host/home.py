"""What answers at the address of a process that hosts several services, beside the services:
the portal, health for all of them, and problem documents for everything else."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from shared.http.health import Readiness
from shared.http.health import routes as health_routes
from shared.http.problems import problem
from shared.http.safety import safely
from shared.portal.routes import portal_routes


def create_home(apps: Sequence[FastAPI], readiness: Readiness) -> ASGIApp:
    """Return the application for all paths that belong to no service."""
    return _application([*health_routes(readiness), *portal_routes(apps)])


def create_health(readiness: Readiness) -> ASGIApp:
    """Return the application of a process that serves nothing but its health."""
    return _application(health_routes(readiness))


def _application(routes: Sequence[BaseRoute]) -> ASGIApp:
    return safely(Starlette(routes=routes, exception_handlers={HTTPException: _refusal}))


async def _refusal(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    code, title = {405: ("method_not_allowed", "Method not allowed")}.get(
        status, ("not_found", "Not found")
    )
    return problem(request, status, code, title, f"Nothing answers {request.url.path}.")
