"""The sealer: closes the chain over entries that are committed, about a second behind them.

One sealer of a service is active, the one whose session holds the advisory lock. An entry waits in
a list that is written with it and taken off with its seal, so what commits late is sealed late and
never left out; and should two seal at once, the key of the seals lets one of them commit.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from shared.audit import metrics, store
from shared.audit.chain import link
from shared.audit.store import Head
from shared.db.connection import advisory_key, close_session, engine_dsn, open_session
from shared.db.unit_of_work import Database
from shared.pacing import Backoff, wait_for

log = structlog.get_logger("kehu.audit")

LOCK = advisory_key("audit", "sealer")
POLL_SECONDS = 0.5
TAKEOVER_SECONDS = 1.0
#: How often the newest hash is told to those who keep logs and metrics.
TELL_SECONDS = 3600.0


class Sealer:
    """Seals the entries of one service."""

    def __init__(self, database: Database, *, batch: int = 1000) -> None:
        self._service = database.service
        self._dsn = engine_dsn(database.engine)
        self._batch = batch
        self._told_at = float("-inf")
        self.sealed = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Seal until ``stop`` is set; a database that is away is waited for."""
        backoff = Backoff()
        while not stop.is_set():
            try:
                session = await open_session(self._dsn, "kehu-sealer")
                try:
                    await self._serve(session, stop, backoff)
                finally:
                    await close_session(session)
            except Exception as error:
                log.warning("sealer interrupted", service=self._service, error=repr(error)[:300])
                await wait_for(stop, backoff.next())

    async def _serve(
        self, session: asyncpg.Connection, stop: asyncio.Event, backoff: Backoff
    ) -> None:
        while not await session.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
            if await wait_for(stop, TAKEOVER_SECONDS):
                return
        while not stop.is_set():
            if await self.step(session) < self._batch:
                await self._tell(session)
                await wait_for(stop, POLL_SECONDS)
            backoff.reset()

    async def step(self, session: asyncpg.Connection) -> int:
        """Seal one batch in one transaction; return how many entries it had."""
        if not await store.is_waiting(session):
            return 0
        async with session.transaction():
            entries = await store.take(session, self._batch)
            seals = _seals(await store.head(session), entries)
            await store.add(session, seals)
        self.sealed += len(seals)
        return len(seals)

    async def _tell(self, session: asyncpg.Connection) -> None:
        """Tell the head now and then: who rewrites the chain cannot rewrite what was told."""
        if time.monotonic() - self._told_at < TELL_SECONDS:
            return
        head = await store.head(session)
        if head.entry_id is not None:
            metrics.tell_head(self._service, head)
            log.info("audit head", service=self._service, seq=head.seq, hash=head.hash.hex())
            self._told_at = time.monotonic()


def _seals(head: Head, entries: Sequence[Any]) -> list[tuple[int, UUID, bytes]]:
    seals, before = [], head.hash
    for seq, entry in enumerate(entries, head.seq + 1):
        before = link(before, entry)
        seals.append((seq, entry["id"], before))
    return seals
