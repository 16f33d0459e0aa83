"""One address for several services: requests go by their first two path segments, or three where
all services have the same beginning.

The table is computed from the services' own routes, so that it cannot be forgotten; two services
that claim the same segments do not start.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.host.errors import HostError

#: What every service has under the same address; the host answers for all of them.
_COMMON = {"livez", "startupz", "readyz", "metrics"}

#: Beginnings that every service has, followed by its name.
_SHARED = {
    ("v1", each) for each in ("approvals", "audit", "documents", "number-ranges", "personal-data")
}

#: The first segments of a path: ("v1", "customers"), ("docs", "customer"), ("v1", "audit/order").
Segments = tuple[str, str]


def segments_of(path: str) -> Segments:
    """Return what a path is routed by."""
    _, first, second, third, *_ = (*path.split("/", 4), "", "", "", "")
    if (first, second) in _SHARED:
        return first, f"{second}/{third}"
    return first, second


def routing_table(apps: Iterable[FastAPI]) -> dict[Segments, FastAPI]:
    """Return which application answers which paths.

    Raises:
        HostError: two of them claim the same paths, or one claims all of them.
    """
    table: dict[Segments, FastAPI] = {}
    for app in apps:
        for path in _paths(app):
            segments = segments_of(path)
            if any("{" in each for each in segments):
                raise HostError(f"{app.title} claims {path}, which could be anybody's.")
            if table.setdefault(segments, app) is not app:
                other = table[segments].title
                raise HostError(f"{app.title} and {other} both claim /{'/'.join(segments)}.")
    return table


class Ingress:
    """The ASGI application of a process that hosts several services; ``home`` gets the rest."""

    def __init__(self, table: Mapping[Segments, ASGIApp], home: ASGIApp) -> None:
        self._table = table
        self._home = home

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request to the application it is for."""
        app = self._table.get(segments_of(scope["path"]), self._home)
        await app(scope, receive, send)


def _paths(app: FastAPI) -> Iterable[str]:
    for route in iter_route_contexts(app.routes):
        path: Any = route.path
        if path.strip("/") not in _COMMON:
            yield path
