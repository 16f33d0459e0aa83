"""Consumers of a service read the bus, unless an operator keeps them away from it.

While the log is filled anew nobody may hold a position in it. The operator's command holds a lock
in the service's database that dies with it; every worker looks for it once a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from shared.db.connection import advisory_key, close_session, engine_dsn, open_session
from shared.db.unit_of_work import Database
from shared.pacing import wait_for, wait_for_any
from shared.supervision import Part

log = structlog.get_logger("kehu.inbox")

#: How soon a consumer notices that it is to stay away, or may come back.
LOOK_SECONDS = 1.0

_KEY = advisory_key("inbox", "away")


@asynccontextmanager
async def keep_away(database: Database) -> AsyncIterator[None]:
    """Keep the consumers of a service out of their groups during the block; they leave soon."""
    session = await open_session(engine_dsn(database.engine), "kehu-keep-away")
    try:
        await session.execute("SELECT pg_advisory_lock($1)", _KEY)
        yield
    finally:
        await close_session(session)


class Attendance:
    """A part that runs ``consume``, and interrupts it while it is to stay away."""

    def __init__(self, database: Database, name: str, consume: Part) -> None:
        self._database = database
        self._name = name
        self._consume = consume

    async def run(self, stop: asyncio.Event) -> None:
        """Consume until ``stop`` is set; returns before that only when ``consume`` did."""
        while not stop.is_set():
            if await self._is_kept_away():
                await wait_for(stop, LOOK_SECONDS)
            elif not await self._attend(stop):
                return

    async def _attend(self, stop: asyncio.Event) -> bool:
        """Consume until told to stop or to stay away; say False if it ended by itself."""
        leave, ended = asyncio.Event(), asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._consume_until(leave, ended))
            while not stop.is_set() and not ended.is_set():
                await wait_for_any(stop, ended, seconds=LOOK_SECONDS)
                if await self._is_kept_away():
                    log.warning("kept away from the bus", consumer=self._name)
                    break
            asked = not ended.is_set()
            leave.set()
        return asked

    async def _consume_until(self, leave: asyncio.Event, ended: asyncio.Event) -> None:
        await self._consume(leave)
        ended.set()

    async def _is_kept_away(self) -> bool:
        query = "SELECT NOT pg_try_advisory_xact_lock_shared($1)"
        try:
            async with self._database.reading() as conn:
                return bool(await conn.driver.fetchval(query, _KEY))
        except Exception:  # nobody can say; without the database nothing is consumed anyway
            return False
