"""Wakes the relay from another process: one notification every few milliseconds at most.

Notifying inside each business transaction would make all commits queue for one lock.
"""

from __future__ import annotations

import asyncio

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.connection import close_session, engine_dsn, open_session
from shared.pacing import Backoff, wait_for, wait_for_any

log = structlog.get_logger("kehu.doorbell")

CHANNEL = "kehu_outbox"
QUIET_SECONDS = 0.005


class Doorbell:
    """``ring`` is given to the Database as ``on_commit``; ``run`` lives as long as the process.

    A ring that is lost costs no event: the relay polls.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._dsn = engine_dsn(engine)
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Ask for a notification soon; cheap."""
        self._rung.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Send the notifications asked for until ``stop`` is set."""
        backoff = Backoff()
        while not stop.is_set():
            try:
                session = await open_session(self._dsn, "kehu-doorbell")
                try:
                    backoff.reset()
                    while not stop.is_set():
                        await wait_for_any(self._rung, stop, seconds=60)
                        self._rung.clear()
                        await session.execute(f"NOTIFY {CHANNEL}")
                        await asyncio.sleep(QUIET_SECONDS)
                finally:
                    await close_session(session)
            except Exception as error:
                log.warning("doorbell out of order", error=repr(error)[:300])
                await wait_for(stop, backoff.next())
