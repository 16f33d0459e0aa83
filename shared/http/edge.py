"""The outermost ASGI layer of a service: request id, security headers, request metrics, and the
refusal of paths and queries that no text column could hold. Pure ASGI: a few microseconds."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import unquote_to_bytes

from prometheus_client import Histogram
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http.problems import add_safety, problem

DURATION = Histogram(
    "crm_request_seconds",
    "Duration of HTTP requests, in seconds.",
    ["service", "method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)

#: A method nobody serves is not a label of its own: strangers could make up any number of them.
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class Edge:
    """Wraps a service's ASGI application."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self.app = app
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        status = "500"

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
                add_safety(MutableHeaders(scope=message), scope)
            await send(message)

        try:
            if _unacceptable(scope):
                detail = "The path or query has a character that is not acceptable."
                answer = problem(Request(scope), 400, "bad_request", "Malformed address", detail)
                await answer(scope, receive, send_with_headers)
            else:
                await self.app(scope, receive, send_with_headers)
        finally:
            seconds = time.perf_counter() - started
            method = scope["method"] if scope["method"] in _METHODS else "other"
            DURATION.labels(self.service, method, _route(scope), status).observe(seconds)


def _unacceptable(scope: Scope) -> bool:
    address = scope.get("raw_path", b"") + b"?" + scope["query_string"]
    if b"%" not in address and address.isascii():
        return False
    try:
        return "\0" in unquote_to_bytes(address).decode()
    except UnicodeDecodeError:
        return True


def _route(scope: Scope) -> str:
    route: Any = scope.get("route")
    return getattr(route, "path", "none")
