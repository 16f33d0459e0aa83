"""Rebuilds a read model from the log beside the live one, compares the two, and swaps.

The live consumers and all readers go on meanwhile; the consumers pause for the comparison alone.
What operators dropped stays out, what they mended goes in as mended, what is parked stays parked.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import sqlalchemy as sa
import structlog

from shared.bus.port import Bus, Record, TopicPartition
from shared.db.connection import advisory_key, close_session, engine_dsn, open_session
from shared.db.driver import Connection
from shared.db.unit_of_work import Database
from shared.domain.errors import Conflict
from shared.inbox.arrival import Arrival
from shared.inbox.consumer import Consumer
from shared.inbox.parked import ParkedEvent, list_parked
from shared.inbox.shadow import REPLAYED, Shadow, TableReport

log = structlog.get_logger("kehu.replay")

BATCH = 1000
#: Rounds of catching up before the live consumers are paused.
ROUNDS = 3

# What an operator dropped counts as applied.
_MISSING = """
SELECT count(*) FROM inbox AS i WHERE i.consumer = ANY($1)
AND NOT EXISTS (SELECT FROM "{shadow}"._replayed AS r
                WHERE r.consumer = i.consumer AND r.event_id = i.event_id)
AND NOT EXISTS (SELECT FROM parked AS p WHERE p.consumer = i.consumer AND p.event_id = i.event_id
                AND p.resolution = 'dropped')
"""

#: Called with the events read so far and the number to read as far as it is known.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """What a replay did. ``paused_seconds`` is how long the live consumers stood."""

    events: int
    applied: int
    seconds: float
    paused_seconds: float
    tables: tuple[TableReport, ...]
    swapped: bool

    @property
    def differences(self) -> int:
        """Rows that are only in the live tables or only in the rebuilt ones."""
        return sum(each.only_live + each.only_shadow for each in self.tables)


async def replay(
    database: Database,
    bus: Bus,
    consumers: Sequence[Consumer],
    metadata: sa.MetaData,
    schema: str,
    *,
    swap: bool = True,
    ignore: Collection[str] = (),
    progress: Progress | None = None,
) -> ReplayReport:
    """Rebuild the tables that ``metadata`` has in ``schema``, which only these consumers write.

    Runs as the owner of the tables. The handlers write to that schema alone and record no events.
    ``ignore`` names columns that need not agree. Without ``swap`` the live tables stay, and the
    report tells whether they could be rebuilt.

    Raises:
        Conflict: another replay of one of the consumers is running, or the log does not hold, or
            not yet again, all that was applied.
    """
    session = await open_session(engine_dsn(database.engine), "kehu-replay")
    try:
        await _lock_out_others(session, consumers)
        shadow = Shadow(database, metadata, schema)
        run = _Replay(database, bus, consumers, shadow, progress or (lambda done, of: None))
        return await run.run(session, swap, ignore)
    finally:
        await close_session(session)


async def _lock_out_others(session: asyncpg.Connection, consumers: Sequence[Consumer]) -> None:
    """One replay at a time, and no operator resolves parked events meanwhile."""
    for consumer in consumers:
        key = advisory_key("inbox", "replay", consumer.name)
        if not await session.fetchval("SELECT pg_try_advisory_lock($1)", key):
            raise Conflict(f"{consumer.name} is being replayed, or an operator is at work on it.")


async def _pause(session: asyncpg.Connection, consumers: Sequence[Consumer]) -> None:
    """Wait for the batches at hand and let the live consumers wait for us."""
    for consumer in sorted(consumers, key=lambda each: each.name):
        key = advisory_key("inbox", "live", consumer.name)
        await session.execute("SELECT pg_advisory_lock($1)", key, timeout=120)


async def _resume(session: asyncpg.Connection, consumers: Sequence[Consumer]) -> None:
    for consumer in consumers:
        key = advisory_key("inbox", "live", consumer.name)
        await session.execute("SELECT pg_advisory_unlock($1)", key)


@dataclass(slots=True)
class _Snapshot:
    """How far a live consumer is, and which events it did not simply apply."""

    positions: Mapping[TopicPartition, int]
    parked: Mapping[UUID, ParkedEvent]


class _Replay:
    def __init__(
        self,
        database: Database,
        bus: Bus,
        consumers: Sequence[Consumer],
        shadow: Shadow,
        progress: Progress,
    ) -> None:
        self._database = database
        self._bus = bus
        self._consumers = consumers
        self._shadow = shadow
        self._progress = progress
        self._read: dict[tuple[str, TopicPartition], int] = {}
        self._events = self._applied = 0

    async def run(
        self, session: asyncpg.Connection, swap: bool, ignore: Collection[str]
    ) -> ReplayReport:
        began = time.monotonic()
        await self._shadow.create()
        try:
            for _ in range(ROUNDS):
                await self._catch_up()
            await _pause(session, self._consumers)
            paused = time.monotonic()
            await self._catch_up()
            await self._require_all()
            tables = tuple(await self._shadow.compare(ignore))
            if swap:
                await self._shadow.swap()
        finally:
            await _resume(session, self._consumers)
            await self._shadow.drop()
        end = time.monotonic()
        return ReplayReport(
            self._events, self._applied, end - began, end - paused, tables, swapped=swap
        )

    async def _catch_up(self) -> None:
        """Bring the shadow to where the live consumers are now, not further."""
        snapshots = [(each, await self._snapshot(each)) for each in self._consumers]
        total = sum(sum(snapshot.positions.values()) for _, snapshot in snapshots)
        for consumer, snapshot in snapshots:
            for place in sorted(snapshot.positions):
                await self._partition(consumer, place, snapshot, total)

    async def _require_all(self) -> None:
        """Refuse to go on without events that the live consumers applied: they would be lost,
        because the inbox knows them."""
        names = [each.name for each in self._consumers]
        async with self._shadow.transaction() as conn:
            missing = await conn.driver.fetchval(_MISSING.format(shadow=self._shadow.name), names)
        if missing:
            raise Conflict(
                f"The log lacks {missing} events that were applied. If it is being filled, wait"
                " until the consumers are at its end; else run: kehu republish --from beginning"
            )

    async def _partition(
        self, consumer: Consumer, place: TopicPartition, snapshot: _Snapshot, total: int
    ) -> None:
        offset = self._read.get((consumer.name, place), 0)
        while (left := snapshot.positions[place] - offset) > 0:
            records = await self._bus.read(*place, offset, min(BATCH, left))
            if not records:
                log.warning("the log is shorter than the position", place=place, offset=offset)
                break
            await self._apply(consumer, records, snapshot.parked)
            offset = records[-1].offset + 1
            self._read[consumer.name, place] = offset
            self._events += len(records)
            self._progress(self._events, total)

    async def _apply(
        self, consumer: Consumer, records: Sequence[Record], parked: Mapping[UUID, ParkedEvent]
    ) -> None:
        arrivals = [_as_applied(consumer, record, parked) for record in records]
        known: dict[UUID, Arrival] = {}
        for arrival in arrivals:
            if arrival is not None:
                known.setdefault(arrival.event_id, arrival)
        async with self._shadow.transaction() as conn:
            fresh = await self._claim(conn, consumer.name, list(known))
            recorded = await consumer.apply(self._database, conn, [known[each] for each in fresh])
        if recorded:
            raise ValueError(f"{consumer.name} records events; such a consumer cannot be replayed")
        self._applied += len(fresh)

    async def _claim(self, conn: Connection, consumer: str, event_ids: list[UUID]) -> list[UUID]:
        """Return the events that are not in the shadow yet, in order: a topic may repeat some."""
        rows = await conn.driver.fetch(
            f'INSERT INTO "{self._shadow.name}".{REPLAYED} SELECT $1, unnest($2::uuid[])'
            " ON CONFLICT DO NOTHING RETURNING event_id",
            consumer,
            event_ids,
        )
        fresh = {row[0] for row in rows}
        return [each for each in event_ids if each in fresh]

    async def _snapshot(self, consumer: Consumer) -> _Snapshot:
        """Read positions and parked events at one moment, so that they fit together."""
        sql = 'SELECT topic, "partition", next_offset FROM consumer_position WHERE consumer = $1'
        async with self._database.pool.transaction(isolation="repeatable_read") as conn:
            rows = await conn.driver.fetch(sql, consumer.name)
            parked = await _all_parked(conn, consumer.name)
        return _Snapshot({TopicPartition(row[0], row[1]): row[2] for row in rows}, parked)


def _as_applied(
    consumer: Consumer, record: Record, parked: Mapping[UUID, ParkedEvent]
) -> Arrival | None:
    """Return the event as the live consumer applied it, or None if it did not."""
    arrival = consumer.read(record)
    event = parked.get(arrival.event_id)
    if event is not None:
        if event.resolution not in ("retried", "mended"):
            return None
        arrival = consumer.read(event.record())
    return None if arrival.reason else arrival


async def _all_parked(conn: Connection, consumer: str) -> dict[UUID, ParkedEvent]:
    found: dict[UUID, ParkedEvent] = {}
    for resolved in (False, True):
        after = 0
        while page := await list_parked(
            conn, consumer=consumer, resolved=resolved, after=after, limit=BATCH
        ):
            found |= {event.event_id: event for event in page}
            after = page[-1].seq
    return found
