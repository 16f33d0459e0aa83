"""What every answer carries: its request id, and what keeps it from being taken for something else,
framed, kept, or told to other sites."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http.request_id import request_id

Header = tuple[bytes, bytes]

_ALWAYS: list[Header] = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]
#: Unless the answer says otherwise: a page of documentation, a key set that may be kept.
_USUALLY: list[Header] = [
    (b"content-security-policy", b"frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
]


def add_safety(headers: list[Header], scope: Scope) -> None:
    """Add what an answer to the request ``scope`` has to carry."""
    present = {name for name, _ in headers}
    headers += _ALWAYS
    headers += [each for each in _USUALLY if each[0] not in present]
    headers.append((b"x-request-id", request_id(scope).encode()))
    headers.extend(scope["state"].get("headers", ()))


def carry(scope: Scope, *headers: Header) -> None:
    """Have the answer to this request carry these headers as well."""
    scope.setdefault("state", {}).setdefault("headers", []).extend(headers)


def safely(app: ASGIApp) -> ASGIApp:
    """Return an application whose answers carry it."""

    async def safe(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_safety(message["headers"], scope)
            await send(message)

        await app(scope, receive, send_with_headers if scope["type"] == "http" else send)

    return safe
