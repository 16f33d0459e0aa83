"""Calls of the HTTP API as a careful client makes them: every write has a key, and a write whose
outcome nobody told is sent again with the same key."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from shared.http.etag import etag

Json = dict[str, Any]
_PAUSE_SECONDS = 0.1


class OutcomeUnknown(AssertionError):
    """Nobody told within the patience what became of a call."""


@dataclass(slots=True)
class Call:
    """One write with its key. ``unknown`` counts the tries whose outcome nobody told.

    All tries carry one request id, which is the correlation id of the events they cause.
    ``creates`` asks that there be nothing yet, where a PUT may create.
    """

    method: str
    path: str
    body: Any = None
    version: int | None = None
    creates: bool = False
    files: Mapping[str, Any] | None = None
    form: Mapping[str, str] | None = None
    key: str = field(default_factory=lambda: str(uuid4()))
    request_id: str = field(default_factory=lambda: str(uuid4()))
    tries: int = 0
    unknown: int = 0

    @property
    def headers(self) -> dict[str, str]:
        """The headers of every try."""
        headers = {"Idempotency-Key": self.key, "X-Request-Id": self.request_id}
        if self.version is not None:
            headers["If-Match"] = etag(self.version)
        if self.creates:
            headers["If-None-Match"] = "*"
        return headers


async def attempt(client: httpx.AsyncClient, call: Call) -> httpx.Response | None:
    """Send a call once; return the answer, or None when the line was cut."""
    call.tries += 1
    try:
        answer = await client.request(
            call.method,
            call.path,
            json=call.body,
            files=call.files,
            data=call.form,
            headers=call.headers,
        )
    except httpx.TransportError:
        call.unknown += 1
        return None
    call.unknown += answer.status_code >= 500
    return answer


def is_settled(answer: httpx.Response | None) -> bool:
    """Say whether an answer tells what became of the call, so that it need not be sent again.

    What is refused as ``retryable`` is on its way: the same key at work, a name not yet known here.
    """
    if answer is None or answer.status_code >= 500:
        return False
    return answer.is_success or not answer.json().get("retryable", False)


async def settle(client: httpx.AsyncClient, call: Call, patience: float = 30) -> httpx.Response:
    """Send a call until its outcome is known.

    Raises:
        OutcomeUnknown: it was not known in time.
    """
    deadline = time.monotonic() + patience
    while True:
        answer = await attempt(client, call)
        if answer is not None and is_settled(answer):
            return answer
        if time.monotonic() > deadline:
            told = answer.text[:2000] if answer is not None else "nothing"
            raise OutcomeUnknown(f"{call.method} {call.path}, {call.tries} tries; last: {told}")
        await asyncio.sleep(_PAUSE_SECONDS)


class Caller:
    """Somebody who calls the API. What should succeed is asserted; what should not is `refused`."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def get(self, path: str, **parameters: Any) -> Json:
        """Read one document."""
        given = {name: value for name, value in parameters.items() if value is not None}
        return _good(await self.http.get(path, params=given))

    async def list(self, path: str, **parameters: Any) -> list[Json]:
        """Read a list to its end, page by page."""
        found: list[Json] = []
        page_token = None
        while True:
            page = await self.get(path, **parameters, page_token=page_token)
            found += page["items"]
            if (page_token := page.get("next_page_token")) is None:
                return found

    async def post(
        self, path: str, body: Any = None, *, version: int | None = None, **more: Any
    ) -> Json:
        """Create something or act on it."""
        return _good(await settle(self.http, Call("POST", path, body, version, **more)))

    async def patch(self, path: str, body: Any, *, version: int) -> Json:
        """Change something."""
        return _good(await settle(self.http, Call("PATCH", path, body, version)))

    async def put(self, path: str, body: Any, *, version: int | None = None) -> Json:
        """Replace something; without a version there must be nothing yet."""
        call = Call("PUT", path, body, version, creates=version is None)
        return _good(await settle(self.http, call))

    async def refused(
        self, method: str, path: str, body: Any = None, *, version: int | None = None
    ) -> Json:
        """Call what must be refused; return the problem document."""
        answer = await attempt(self.http, Call(method, path, body, version))
        assert answer is not None
        assert 400 <= answer.status_code < 500, f"not refused: {answer.status_code} {answer.text}"
        assert answer.headers["content-type"] == "application/problem+json"
        problem: Json = answer.json()
        return problem


def _good(answer: httpx.Response) -> Json:
    request = answer.request
    what = f"{request.method} {request.url.path}: {answer.status_code} {answer.text[:2000]}"
    assert answer.is_success, what
    document: Json = answer.json()
    return document
