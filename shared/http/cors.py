"""Which pages of other sites may call the API from a browser: those of the origins that the
settings name, exactly. Tokens travel in a header, so no page is ever let in with cookies."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.responses import Response
from starlette.types import Scope

from shared.http.safety import Header, carry

_KEPT_SECONDS = 600
_METHODS = "GET, POST, PUT, PATCH, DELETE"
_SENT = (
    "Accept-Language, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match,"
    " On-Behalf-Of, X-Request-Id, traceparent, tracestate"
)
_EXPOSED = (
    b"Content-Disposition, Content-Language, ETag, Idempotent-Replayed, Link, Location, RateLimit,"
    b" RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id"
)
_VARY: Header = (b"vary", b"Origin")


class Cors:
    """The rules for these origins; without any there is nothing to say."""

    def __init__(self, origins: Iterable[str]) -> None:
        self._origins = frozenset(each.encode() for each in origins)

    def mark(self, scope: Scope) -> bool:
        """Have the answer say whether pages of the origin may read it; return whether they may."""
        if not self._origins:
            return False
        origin = _header(scope, b"origin")
        if origin not in self._origins:
            carry(scope, _VARY)
            return False
        allowed: Header = (b"access-control-allow-origin", origin)
        carry(scope, _VARY, allowed, (b"access-control-expose-headers", _EXPOSED))
        return True

    def preflight(self, scope: Scope) -> Response | None:
        """Return the answer to a browser that asks beforehand; None if this is something else."""
        asked = scope["method"] == "OPTIONS" and _header(scope, b"access-control-request-method")
        if not self.mark(scope) or not asked:
            return None
        headers = {
            "access-control-allow-methods": _METHODS,
            "access-control-allow-headers": _SENT,
            "access-control-max-age": str(_KEPT_SECONDS),
        }
        return Response(status_code=204, headers=headers)


def _header(scope: Scope, wanted: bytes) -> bytes:
    return next((value for name, value in scope["headers"] if name == wanted), b"")
