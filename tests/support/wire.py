"""Requests to an ASGI application byte for byte, as a server hands them over: no client library
stands between that would mend, refuse or normalise them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from pydantic_core import from_json
from starlette.types import ASGIApp, Message, Scope

Headers = Iterable[tuple[str, str | bytes]]


@dataclass(frozen=True)
class Answer:
    """What came back, and how long it took."""

    status: int
    headers: dict[str, str]
    content: bytes
    seconds: float

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode()

    def json(self) -> Any:
        """The body as data."""
        return from_json(self.content)


async def call(
    app: ASGIApp, method: str, target: str, headers: Headers = (), parts: Sequence[bytes] = ()
) -> Answer:
    """Send one request whose body arrives in ``parts``; without ``content-length`` when several."""
    waiting = list(parts) or [b""]
    messages: list[Message] = []

    async def receive() -> Message:
        if not waiting:
            await asyncio.Event().wait()  # the caller stays on the line
        part = waiting.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(waiting)}

    async def send(message: Message) -> None:
        messages.append(message)

    scope = _scope(method, target, headers)
    if len(waiting) == 1:
        scope["headers"].append((b"content-length", str(len(waiting[0])).encode()))
    started = time.perf_counter()
    with suppress(Exception):  # what was answered tells: a server logs the rest
        await app(scope, receive, send)
    seconds = time.perf_counter() - started
    start, *bodies = messages
    kept = {name.decode().lower(): value.decode("latin-1") for name, value in start["headers"]}
    return Answer(start["status"], kept, b"".join(each["body"] for each in bodies), seconds)


def _scope(method: str, target: str, headers: Headers) -> Scope:
    path, _, query = target.partition("?")
    given = [
        (name.lower().encode(), value if isinstance(value, bytes) else value.encode())
        for name, value in headers
    ]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode("ascii"),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"kehu"), *given],
        "client": ("127.0.0.1", 50000),
        "server": ("kehu", 80),
    }
