"""The relay: takes unpublished events from the outbox to the bus, in order, at least once.

One relay of a service is active: the one whose session holds the advisory lock. The same session
reads and marks, so a relay that lost its lock can read nothing more. Unpublished rows are found
by their mark, never by a high-water mark: a lower ``seq`` can commit after a higher one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import structlog
from pydantic_core import from_json
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.bus.port import Bus, LogMadeAnew, Message
from shared.db.connection import advisory_key, close_session, engine_dsn, open_session
from shared.outbox.doorbell import CHANNEL
from shared.pacing import Backoff, wait_for, wait_for_any

log = structlog.get_logger("kehu.relay")

LOCK = advisory_key("outbox", "relay")
POLL_SECONDS = 0.5
TAKEOVER_SECONDS = 1.0
#: Said on the doorbell by who wants the relay's place for a while.
YIELD = "yield"
_ASK_SECONDS, _YIELD_SECONDS = 5.0, 60.0
#: After a round that published something the relay rests this many times as long as it took, but no
#: longer than so many seconds: each round costs the broker and every consumer one of their own, so
#: what is committed meanwhile goes together. After a quiet time nothing waits.
RESTS, REST_SECONDS = 2.0, 0.006
#: A log is looked at again after nothing was published for so long.
SURE_SECONDS = 1.0

_MEND = "run: kehu republish --from beginning"

#: Reads the next unpublished rows, oldest first.
Reader = Callable[[asyncpg.Connection, int], Awaitable[Sequence[Any]]]


async def unpublished(session: asyncpg.Connection, limit: int) -> Sequence[Any]:
    """Return the oldest rows without a mark."""
    rows: Sequence[Any] = await session.fetch(
        "SELECT seq, topic, key, payload, headers FROM outbox"
        " WHERE published_at IS NULL ORDER BY seq LIMIT $1",
        limit,
    )
    return rows


async def mark(session: asyncpg.Connection, seqs: Sequence[int]) -> None:
    """Note that the rows are on the bus."""
    await session.execute(
        "UPDATE outbox SET published_at = clock_timestamp() WHERE seq = ANY($1::bigint[])", seqs
    )


#: The topics that were published to most recently.
_RECENT = """
SELECT DISTINCT topic FROM (
    SELECT topic FROM outbox WHERE published_at IS NOT NULL ORDER BY seq DESC LIMIT 100
) AS recent
"""


async def lost_topics(session: asyncpg.Connection, bus: Bus) -> list[str]:
    """Return the topics to which a service has published and in which nothing is any more."""
    recent = [row[0] for row in await session.fetch(_RECENT)]
    if not recent:
        return []
    ends = await bus.end_offsets(recent)
    return sorted(set(recent) - {place.topic for place, end in ends.items() if end})


class Relay:
    """Publishes one service's outbox. ``wake`` it after a commit; it polls besides.

    ``reader`` and ``marker`` are how rows are found and marked.
    """

    def __init__(self, engine: AsyncEngine, bus: Bus, *, batch: int = 500) -> None:
        self._dsn = engine_dsn(engine)
        self._bus = bus
        self._batch = batch
        self._bell = asyncio.Event()
        self.reader: Reader = unpublished
        self.marker = mark
        self.published = 0
        self._sure_at = float("-inf")
        self._yields = False

    def wake(self) -> None:
        """Say that something was committed; cheap, called after every commit."""
        self._bell.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Relay until ``stop`` is set; lost connections and bus outages are waited out."""
        backoff = Backoff()
        while not stop.is_set():
            try:
                session = await open_session(self._dsn, "kehu-relay", synchronous_commit="off")
                try:
                    await self._serve(session, stop, backoff)
                finally:
                    await close_session(session)
            except LogMadeAnew as error:
                log.error("the log of the bus was lost", topics=str(error), mend=_MEND)
                await wait_for(stop, backoff.next())
            except Exception as error:
                log.warning("relay interrupted", error=repr(error)[:300])
                await wait_for(stop, backoff.next())

    async def _serve(
        self, session: asyncpg.Connection, stop: asyncio.Event, backoff: Backoff
    ) -> None:
        if self._yields:
            self._yields = False
            await wait_for(stop, TAKEOVER_SECONDS)
        while not await session.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
            if await wait_for(stop, TAKEOVER_SECONDS):
                return
        await session.add_listener(CHANNEL, self._hear)
        while not stop.is_set() and not self._yields:
            self._bell.clear()
            began = time.monotonic()
            published = await self.step(session)
            if not published:
                await wait_for_any(self._bell, stop, seconds=POLL_SECONDS)
            elif published < self._batch:
                await wait_for(stop, min(RESTS * (time.monotonic() - began), REST_SECONDS))
            backoff.reset()

    def _hear(self, *heard: Any) -> None:
        self._yields = self._yields or heard[-1] == YIELD
        self.wake()

    async def step(self, session: asyncpg.Connection) -> int:
        """Publish one batch; return how many events it had.

        A crash between publishing and marking publishes them again: consumers know them by id.
        """
        rows = await self.reader(session, self._batch)
        if rows:
            await self._require_log(session)
            self._sure_at = float("-inf")
            await self._bus.publish([_message(row) for row in rows])
            await self.marker(session, [row["seq"] for row in rows])
            self.published += len(rows)
            self._sure_at = time.monotonic()
        return len(rows)

    async def _require_log(self, session: asyncpg.Connection) -> None:
        """Publish nothing into a log that lost all it held: what comes first stays first."""
        if time.monotonic() - self._sure_at < SURE_SECONDS:
            return
        if lost := await lost_topics(session, self._bus):
            raise LogMadeAnew(", ".join(lost))


@asynccontextmanager
async def in_the_relays_place(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """Lend the session that publishes alone, in the place of the relay: what was on its way is on
    the bus and marked, and nobody publishes meanwhile.

    Raises:
        TimeoutError: the relay does not yield.
    """
    session = await open_session(dsn, "kehu-relay", synchronous_commit="off")
    try:
        async with asyncio.timeout(_YIELD_SECONDS):
            while not await _relay_yields(session):
                pass
        yield session
    finally:
        await close_session(session)


async def _relay_yields(session: asyncpg.Connection) -> bool:
    await session.execute("SELECT pg_notify($1, $2)", CHANNEL, YIELD)
    try:
        await session.execute("SELECT pg_advisory_lock($1)", LOCK, timeout=_ASK_SECONDS)
    except TimeoutError:
        return False
    return True


def _message(row: Any) -> Message:
    return Message(row["topic"], row["key"], row["payload"].encode(), from_json(row["headers"]))
