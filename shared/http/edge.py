"""The outermost ASGI layer of a service: what every answer carries, request metrics, and all that
is refused before anybody looks at it. Pure ASGI: a few microseconds."""

from __future__ import annotations

import time
from typing import Any

from prometheus_client import Histogram
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.domain.errors import DomainError
from shared.http.admission import Admission, Place
from shared.http.cors import Cors
from shared.http.network import network
from shared.http.problems import refused
from shared.http.rates import Rates, told
from shared.http.safety import Header, add_safety, carry
from shared.http.sizes import check_sizes
from shared.settings import ServiceSettings

DURATION = Histogram(
    "crm_request_seconds",
    "Duration of HTTP requests, in seconds.",
    ["service", "method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)

#: A method nobody serves is not a label of its own: strangers could make up any number of them.
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
#: Whoever looks after the process is answered however much there is to do.
ALWAYS_ANSWERED = {"/livez", "/readyz", "/startupz", "/metrics"}


class Edge:
    """Wraps a service's ASGI application."""

    def __init__(
        self,
        app: ASGIApp,
        service: str,
        settings: ServiceSettings,
        rates: Rates,
        admission: Admission,
    ) -> None:
        self.app = app
        self.service = service
        self._rates = rates
        self._cors = Cors(settings.cors_origins)
        self._admission = admission
        self._hsts: Header | None = None
        if settings.hsts_seconds:
            self._hsts = (b"strict-transport-security", b"max-age=%d" % settings.hsts_seconds)
        self._timers: dict[tuple[str, str, int], Any] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                add_safety(message["headers"], scope)
                message["headers"] += told(scope)
            await send(message)

        try:
            await self._serve(scope, receive, send_with_headers)
        finally:
            self._timer(scope, status).observe(time.perf_counter() - started)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._hsts is not None and scope["scheme"] == "https":
            carry(scope, self._hsts)
        if (preflight := self._cors.preflight(scope)) is not None:
            await preflight(scope, receive, send)
        elif scope["path"] in ALWAYS_ANSWERED:
            await self.app(scope, receive, send)
        else:
            await self._let_in(scope, receive, send)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            self._rates.network.count(network(scope), scope)
            check_sizes(scope)
            await self._admission.enter()
        except DomainError as refusal:
            await refused(Request(scope), refusal)(scope, receive, send)
            return
        place = Place(self._admission, receive)
        try:
            await self.app(scope, place.receive, send)
        finally:
            place.leave()

    def _timer(self, scope: Scope, status: int) -> Any:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route: Any = scope.get("route")
        key = (method, getattr(route, "path", "none"), status)
        timer = self._timers.get(key)
        if timer is None:
            timer = self._timers[key] = DURATION.labels(self.service, *key)
        return timer
