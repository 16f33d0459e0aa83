"""The SQL of the inbox. Every function works inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from pydantic_core import to_json

from shared.db.connection import advisory_key
from shared.db.driver import Connection
from shared.domain.clock import now
from shared.inbox.arrival import Arrival, Reason, event_time

_CLAIM = """
INSERT INTO inbox
    (consumer, event_id, aggregate_type, aggregate_id, aggregate_version, topic, applied_at)
SELECT $1, e.*, $2
FROM unnest($3::uuid[], $4::text[], $5::uuid[], $6::bigint[], $7::text[]) AS e
ON CONFLICT DO NOTHING RETURNING event_id
"""

_HELD = """
SELECT DISTINCT aggregate_id FROM parked
WHERE consumer = $1 AND resolved_at IS NULL AND aggregate_id = ANY($2::uuid[])
ORDER BY aggregate_id
"""

# An event that was applied before its aggregate was held is not parked when it comes again.
_PARK = """
INSERT INTO parked (consumer, event_id, type, topic, partition, "offset", key, aggregate_type,
    aggregate_id, aggregate_version, headers, data, reason, error, attempts, parked_at)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16
WHERE NOT EXISTS (SELECT FROM inbox WHERE consumer = $1 AND event_id = $2)
ON CONFLICT DO NOTHING
"""

# In one statement with the lock: a batch is all round trips, and each is as dear as its work.
_PROCEED = """
WITH entered AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared($3))
INSERT INTO consumer_position AS p
    (consumer, topic, partition, next_offset, event_time, updated_at)
SELECT $1, place.*, $2
FROM entered, unnest($4::text[], $5::int[], $6::bigint[], $7::timestamptz[]) AS place
ON CONFLICT (consumer, topic, partition) DO UPDATE SET
    next_offset = greatest(p.next_offset, excluded.next_offset),
    event_time = excluded.event_time, updated_at = excluded.updated_at
"""


async def enter(conn: Connection, consumer: str) -> None:
    """Take part in the live consumer: a replay that swaps tables waits for us, or we for it."""
    await conn.driver.execute("SELECT pg_advisory_xact_lock_shared($1)", _live(consumer))


async def proceed(conn: Connection, consumer: str, arrivals: Iterable[Arrival]) -> None:
    """Enter, and note how far the consumer comes in each partition when this is committed;
    redelivery does not take it back."""
    last = {(each.record.topic, each.record.partition): each for each in arrivals}
    columns = (
        [topic for topic, _ in last],
        [partition for _, partition in last],
        [each.record.offset + 1 for each in last.values()],
        [event_time(each) for each in last.values()],
    )
    await conn.driver.execute(_PROCEED, consumer, now(), _live(consumer), *columns)


async def claim(conn: Connection, consumer: str, arrivals: Sequence[Arrival]) -> set[UUID]:
    """Record the events as applied; return the ids of those that were not yet."""
    if not arrivals:
        return set()
    known = [each.envelope for each in arrivals if each.envelope is not None]
    columns = (
        [envelope.id for envelope in known],
        [envelope.aggregate_type for envelope in known],
        [envelope.aggregate_id for envelope in known],
        [envelope.sequence for envelope in known],
        [envelope.topic for envelope in known],
    )
    rows = await conn.driver.fetch(_CLAIM, consumer, now(), *columns)
    return {row[0] for row in rows}


async def held(
    conn: Connection, consumer: str, aggregate_ids: Collection[UUID | None]
) -> frozenset[UUID]:
    """Return the aggregates with a parked event, locked against being released meanwhile."""
    ids = [each for each in aggregate_ids if each is not None]
    found = [row[0] for row in await conn.driver.fetch(_HELD, consumer, ids)]
    if not found:
        return frozenset()
    for aggregate_id in found:
        await lock_aggregate(conn, consumer, aggregate_id)
    return frozenset(row[0] for row in await conn.driver.fetch(_HELD, consumer, found))


async def lock_aggregate(conn: Connection, consumer: str, aggregate_id: UUID) -> None:
    """Let only one transaction decide what happens to an aggregate's parked events."""
    key = advisory_key("inbox", consumer, aggregate_id)
    await conn.driver.execute("SELECT pg_advisory_xact_lock($1)", key)


async def park(
    conn: Connection,
    consumer: str,
    arrival: Arrival,
    reason: Reason,
    error: str,
    attempts: int = 0,
) -> None:
    """Keep an event with the reason why it was not applied, unless it is kept or applied."""
    record, envelope = arrival.record, arrival.envelope
    identity: tuple[Any, ...] = (None, None)
    if envelope is not None:
        identity = (envelope.aggregate_type, envelope.sequence)
    row = (
        consumer,
        arrival.event_id,
        _storable(record.headers.get("ce_type")),
        record.topic,
        record.partition,
        record.offset,
        _storable(record.key),
        _storable(identity[0]),
        arrival.aggregate_id,
        identity[1],
        to_json(record.headers).decode(),
        _storable(record.value.decode("utf-8", "backslashreplace")),
        reason.value,
        _storable(error)[:2000],
        attempts,
        now(),
    )
    await conn.driver.execute(_PARK, *row)


async def forget_positions(conn: Connection, consumer: str, topics: Collection[str]) -> None:
    """Forget how far a consumer came in topics that were made anew and count from 0 again."""
    await conn.driver.execute(
        "DELETE FROM consumer_position WHERE consumer = $1 AND topic = ANY($2)",
        consumer,
        sorted(topics),
    )


def _live(consumer: str) -> int:
    return advisory_key("inbox", "live", consumer)


def _storable(text: Any) -> Any:
    """PostgreSQL keeps no NUL in text."""
    return text if text is None else str(text).replace("\x00", "\\x00")
