"""The load: writers that each go about one kind of business, and readers that look after them.

Every write carries a key and is sent again with it until its outcome is known. Now and then an
answer is thrown away, as a cut line would, and asked for again.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import httpx

from tests.faults.journal import Journal, Written
from tests.support.calling import Call, Json, OutcomeUnknown, attempt, is_settled

_RETRY_SECONDS = 0.25
_PATIENCE_SECONDS = 90.0
_REPLAYED = "idempotent-replayed"


class Over(Exception):
    """The load has ended."""


class Pace:
    """Lets through so many a second, whoever asks; what was missed is not made up for."""

    def __init__(self, rate: float) -> None:
        self._gap = 1 / rate
        self._next = time.monotonic()

    async def turn(self) -> None:
        """Wait for one's turn."""
        now = time.monotonic()
        self._next = max(self._next + self._gap, now)
        await asyncio.sleep(self._next - now)


class Load:
    """What all writers and readers share. One answer in ``cut_one_in`` is thrown away."""

    def __init__(self, seed: int, *, writes: float, reads: float, cut_one_in: int = 20) -> None:
        self.cut_one_in = cut_one_in
        self.journal = Journal()
        self.random = random.Random(seed)
        self.writing, self.reading = Pace(writes), Pace(reads)
        self.stop = asyncio.Event()
        self.documents: list[str] = []
        self.lists: list[tuple[httpx.AsyncClient, str]] = []

    def desk(self, client: httpx.AsyncClient, name: str) -> Desk:
        """A place for one writer; its choices depend on the seed and its name alone."""
        return Desk(self, client, random.Random(f"{self.random.random()} {name}"))

    async def until(self, *, cuts: int, late_commits: int) -> None:
        """Wait until so many answers were thrown away and so many commits were late."""
        journal = self.journal
        while journal.cut < cuts or journal.late_commits < late_commits:  # noqa: ASYNC110
            await asyncio.sleep(_RETRY_SECONDS)

    async def read(self) -> None:
        """Look at documents and lists; what was told once must never be taken back."""
        while not self.stop.is_set():
            await self.reading.turn()
            if self.documents and self.random.random() < 0.7:
                await self._look_at(self.random.choice(self.documents))
            elif self.lists:
                client, path = self.random.choice(self.lists)
                await self._get(client, path)

    async def _look_at(self, path: str) -> None:
        shown = self.journal.shown[path]
        known = shown.version
        answer = await self._get(shown.client, path)
        if answer is None or answer.status_code >= 500:
            return
        if answer.status_code != 200 or answer.json()["version"] < known:
            self.journal.surprise(
                "what was acknowledged is not shown",
                path=path,
                version=known,
                answer=f"{answer.status_code} {answer.text[:300]}",
            )

    async def _get(self, client: httpx.AsyncClient, path: str) -> httpx.Response | None:
        answer = None
        with suppress(httpx.TransportError):
            answer = await client.get(path)
        self.journal.answered(answer)
        return answer


class Desk:
    """One writer's place: writes that are journalled and settled."""

    def __init__(self, load: Load, client: httpx.AsyncClient, chance: random.Random) -> None:
        self.load = load
        self.client = client
        self.random = chance

    async def post(self, path: str, body: Any = None, **how: Any) -> Json:
        """Create or act; see `write`."""
        return await self.write(Call("POST", path, body, how.pop("version", None)), **how)

    async def patch(self, path: str, body: Any, version: int, **how: Any) -> Json:
        """Change; see `write`."""
        return await self.write(Call("PATCH", path, body, version), **how)

    async def write(
        self,
        call: Call,
        *,
        by: httpx.AsyncClient | None = None,
        shown_at: str,
    ) -> Json:
        """Send a write until its outcome is known, and return the document.

        ``shown_at`` is where the document is read (``/v1/customers/{id}``), by the readers and
        the audit. No write of ours deserves to be refused.

        Raises:
            Over: the load has ended.
            OutcomeUnknown: nobody told for a long time; the audit will ask again.
        """
        await self.load.writing.turn()
        if self.load.stop.is_set():
            raise Over
        written = Written(call, by or self.client)
        self.load.journal.writes.append(written)
        await self._settle(written)
        document = written.document
        if written.acknowledged:
            self._remember(shown_at.format(**document), written)
        else:
            self.load.journal.surprise(
                f"refused {written.status} {document.get('code')}",
                call=f"{call.method} {call.path}",
                tries=call.tries,
                detail=document.get("detail"),
            )
        return document

    async def _settle(self, written: Written) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        thrown_away: httpx.Response | None = None
        while time.monotonic() < deadline:
            sent = time.monotonic()
            answer = await attempt(written.client, written.call)
            self.load.journal.answered(answer)
            if answer is None or not is_settled(answer):
                await asyncio.sleep(_RETRY_SECONDS)
            elif thrown_away is None and self.random.randrange(self.load.cut_one_in) == 0:
                thrown_away = answer
                self.load.journal.cut += answer.status_code == 201
            else:
                written.settle(answer)
                if written.acknowledged:
                    self.load.journal.acknowledged(sent)
                if thrown_away is not None:
                    self._compare(written, thrown_away, answer)
                return
        raise OutcomeUnknown

    def _compare(self, written: Written, first: httpx.Response, again: httpx.Response) -> None:
        """The same key must be answered alike: done once, or refused for the same reason."""
        alike = first.status_code == again.status_code
        if first.is_success:
            alike = alike and first.content == again.content and _REPLAYED in again.headers
        if not alike:
            self.load.journal.surprise(
                "the same key was answered differently",
                call=f"{written.call.method} {written.call.path}",
                first=f"{first.status_code} {first.text[:200]}",
                again=f"{again.status_code} {again.text[:200]}",
            )

    def _remember(self, path: str, written: Written) -> None:
        shown = self.load.journal.shown
        if path not in shown:
            self.load.documents.append(path)
        if path not in shown or shown[path].version < written.version:
            shown[path] = written


Business = Callable[[Desk], Awaitable[None]]


async def go_about(desk: Desk, business: Business) -> None:
    """Repeat a business until the load ends; a surprise in it must not end the load."""
    while True:
        try:
            await business(desk)
        except Over:
            return
        except OutcomeUnknown:
            continue
        except Exception as error:
            desk.load.journal.surprise("a writer failed", error=repr(error)[:500])
            await asyncio.sleep(_RETRY_SECONDS)
