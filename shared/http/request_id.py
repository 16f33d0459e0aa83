"""The request id: taken from ``X-Request-Id`` when it is a UUID, made otherwise, echoed always; and
the W3C trace context, passed on when it is well formed."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from starlette.requests import Request

from shared.domain.ids import new_id

HEADER = b"x-request-id"
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII)


def request_id(scope: Any) -> str:
    """Return the id of the request, making one on first use."""
    state = scope.setdefault("state", {})
    found = state.get("request_id")
    if found is None:
        found = state["request_id"] = _given(scope) or str(new_id())
    return str(found)


def _given(scope: Any) -> str | None:
    for name, value in scope["headers"]:
        if name == HEADER:
            try:
                return str(UUID(value.decode("ascii")))
            except ValueError:
                return None
    return None


def traceparent(request: Request) -> str | None:
    """Return the caller's trace context, or None when it sent none that is well formed."""
    header = request.headers.get("traceparent")
    return header if header and _TRACEPARENT.fullmatch(header) else None
