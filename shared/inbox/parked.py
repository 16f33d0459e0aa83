"""What operators do with parked events: list, look at, mend, retry, drop.

Functions that apply events take the consumer's ``Inbox``. Each event is its own transaction and
goes through the inbox, so nothing is applied twice and versions stay without a gap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import from_json, to_json

from shared.bus.port import Record
from shared.db.connection import advisory_key, is_transient
from shared.db.driver import Connection
from shared.db.unit_of_work import Database
from shared.domain.clock import now
from shared.domain.errors import Conflict, NotFound
from shared.inbox import store
from shared.inbox.arrival import Arrival, Reason
from shared.inbox.inbox import Inbox, describe
from shared.inbox.tables import inbox_tables

_inbox, _parked, _ = inbox_tables(sa.MetaData())


@dataclass(frozen=True, slots=True)
class ParkedEvent:
    """An event that waits for an operator, or that one has dealt with (``resolved_at``)."""

    consumer: str
    event_id: UUID
    seq: int
    type: str | None
    topic: str
    partition: int
    offset: int
    key: str
    aggregate_type: str | None
    aggregate_id: UUID | None
    aggregate_version: int | None
    headers: str
    data: str
    original: str | None
    reason: str
    error: str
    attempts: int
    parked_at: datetime
    resolved_at: datetime | None
    resolution: str | None
    resolved_by: str | None
    note: str | None

    def record(self) -> Record:
        """Return the record as it came, or as it was mended."""
        headers: Mapping[str, str] = from_json(self.headers)
        value = self.data.encode()
        place = (self.topic, self.partition, self.offset)
        return Record(*place, self.key, value, headers, self.parked_at)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The events applied, in order, and the one that stopped the rest."""

    applied: tuple[UUID, ...] = ()
    failed: UUID | None = None
    error: str | None = None


_columns = [_parked.c[field.name] for field in fields(ParkedEvent)]
_waiting = _parked.c.resolved_at.is_(None)


async def list_parked(
    conn: Connection,
    *,
    consumer: str | None = None,
    reason: str | None = None,
    resolved: bool = False,
    after: int = 0,
    limit: int = 100,
) -> list[ParkedEvent]:
    """Return parked events in the order they were parked, from behind the ``seq`` ``after``."""
    query = sa.select(*_columns).where(_parked.c.seq > after).order_by(_parked.c.seq).limit(limit)
    query = query.where(sa.not_(_waiting) if resolved else _waiting)
    if consumer is not None:
        query = query.where(_parked.c.consumer == consumer)
    if reason is not None:
        query = query.where(_parked.c.reason == reason)
    return [ParkedEvent(**row) for row in (await conn.execute(query)).mappings()]


async def get(
    conn: Connection, consumer: str, event_id: UUID, *, lock: bool = False
) -> ParkedEvent:
    """Return one parked event, or raise NotFound."""
    mine = (_parked.c.consumer == consumer) & (_parked.c.event_id == event_id)
    found = await _first(conn, sa.select(*_columns).where(mine), lock)
    if found is None:
        raise NotFound.of("parked event", event_id)
    return found


async def mend(
    database: Database,
    consumer: str,
    event_id: UUID,
    *,
    data: str | None = None,
    headers: Mapping[str, str] | None = None,
    by: str,
) -> ParkedEvent:
    """Replace what is wrong; the original is kept. ``retry`` applies it.

    Raises:
        NotFound, Conflict: it is not parked, or dealt with.
    """
    async with database.pool.transaction() as conn:
        event = await _waiting_event(conn, consumer, event_id)
        original = to_json({"headers": from_json(event.headers), "data": event.data}).decode()
        values: dict[str, Any] = {
            "data": event.data if data is None else data,
            "headers": event.headers if headers is None else to_json(dict(headers)).decode(),
            "original": event.original or original,
            "note": f"mended by {by}",
        }
        await _update(conn, event, **values)
        return await get(conn, consumer, event_id)


async def retry(inbox: Inbox, event_id: UUID, *, by: str) -> Outcome:
    """Apply the parked events of the event's aggregate, oldest first, until one fails.

    Raises:
        NotFound, Conflict: it is not parked, is dealt with, or a replay is running.
    """
    async with inbox.database.pool.transaction() as conn:
        event = await _waiting_event(conn, inbox.consumer.name, event_id)
    return await _release(inbox, event, by, only_held=False)


async def drop(inbox: Inbox, event_id: UUID, *, by: str, why: str) -> Outcome:
    """Give an event up for good, and apply those that only waited behind it.

    It counts as applied in the inbox, so that the versions of its aggregate have no gap.
    """
    name = inbox.consumer.name
    async with inbox.database.pool.transaction() as conn:
        await _enter(conn, name)
        event = await _waiting_event(conn, name, event_id)
        if event.aggregate_type and event.aggregate_id and event.aggregate_version:
            await conn.execute(_inbox.insert(), _inbox_row(event))
        await _resolve(conn, event, "dropped", by, why)
    return await _release(inbox, event, by, only_held=True)


# -- inside ------------------------------------------------------------------------------------


class _StillBadError(Exception):
    """Applying a parked event failed again."""

    def __init__(self, event: ParkedEvent, reason: Reason, error: str) -> None:
        super().__init__(error)
        self.event, self.reason, self.error = event, reason, error


async def _release(inbox: Inbox, event: ParkedEvent, by: str, *, only_held: bool) -> Outcome:
    applied: list[UUID] = []
    while True:
        try:
            done = await _apply_oldest(inbox, event, by, only_held=only_held)
        except _StillBadError as bad:
            await _note_failure(inbox, bad)
            return Outcome(tuple(applied), bad.event.event_id, bad.error)
        if done is None:
            return Outcome(tuple(applied))
        applied.append(done)


async def _apply_oldest(
    inbox: Inbox, event: ParkedEvent, by: str, *, only_held: bool
) -> UUID | None:
    """Apply the oldest parked event of an aggregate; return its id, or None if none is left."""
    name = inbox.consumer.name
    async with inbox.database.pool.transaction() as conn:
        await _enter(conn, name)
        oldest = await _oldest(conn, event)
        if oldest is None or (only_held and oldest.reason != Reason.HELD):
            return None
        arrival = inbox.consumer.read(oldest.record())
        if arrival.reason is not None:
            raise _StillBadError(oldest, arrival.reason, arrival.error)
        recorded = await _take(inbox, conn, oldest, arrival)
        await _resolve(conn, oldest, "mended" if oldest.original else "retried", by, oldest.note)
    if recorded:
        inbox.database.on_commit()
    return oldest.event_id


async def _take(inbox: Inbox, conn: Connection, event: ParkedEvent, arrival: Arrival) -> bool:
    try:
        return await inbox.take(conn, [arrival])
    except Exception as error:
        if is_transient(error):
            raise
        raise _StillBadError(event, Reason.FAILED, describe(error)) from error


async def _oldest(conn: Connection, event: ParkedEvent) -> ParkedEvent | None:
    mine = (_parked.c.consumer == event.consumer) & _waiting
    if event.aggregate_id is None:
        mine &= _parked.c.event_id == event.event_id
    else:
        await store.lock_aggregate(conn, event.consumer, event.aggregate_id)
        mine &= _parked.c.aggregate_id == event.aggregate_id
    query = sa.select(*_columns).where(mine).order_by(_parked.c.seq).limit(1)
    return await _first(conn, query, lock=True)


async def _enter(conn: Connection, consumer: str) -> None:
    """Join the live consumer; refuse while a replay counts on parked events staying as they are."""
    await store.enter(conn, consumer)
    key = advisory_key("inbox", "replay", consumer)
    if not await conn.driver.fetchval("SELECT pg_try_advisory_xact_lock_shared($1)", key):
        raise Conflict("A replay of this consumer is running; try again when it is done.")


async def _waiting_event(conn: Connection, consumer: str, event_id: UUID) -> ParkedEvent:
    event = await get(conn, consumer, event_id, lock=True)
    if event.resolved_at is not None:
        raise Conflict(f"This event was {event.resolution} already.")
    return event


async def _first(conn: Connection, query: sa.Select[Any], lock: bool = False) -> ParkedEvent | None:
    row = (await conn.execute(query.with_for_update() if lock else query)).mappings().first()
    return None if row is None else ParkedEvent(**row)


async def _update(conn: Connection, event: ParkedEvent, **values: Any) -> None:
    mine = (_parked.c.consumer == event.consumer) & (_parked.c.event_id == event.event_id)
    await conn.execute(_parked.update().where(mine).values(**values))


async def _resolve(
    conn: Connection, event: ParkedEvent, how: str, by: str, note: str | None
) -> None:
    await _update(conn, event, resolved_at=now(), resolution=how, resolved_by=by, note=note)


async def _note_failure(inbox: Inbox, bad: _StillBadError) -> None:
    async with inbox.database.pool.transaction() as conn:
        values = {"reason": bad.reason.value, "error": bad.error[:2000]}
        await _update(conn, bad.event, attempts=bad.event.attempts + 1, **values)


def _inbox_row(event: ParkedEvent) -> dict[str, Any]:
    names = ("consumer", "event_id", "aggregate_type", "aggregate_id", "aggregate_version", "topic")
    return {name: getattr(event, name) for name in names} | {"applied_at": now()}
