"""Promises across services: no event is lost, doubled or misplaced on its way from the outbox of
its producer over the bus to the inbox of every consumer. Events of other systems have no outbox of
ours and an order of their own: of them it is only asked that each was applied or parked.

The system may be at work meanwhile. What is read first is what must be found in what is read later:
positions before inboxes, published events before the log, the log before all events.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa

from shared.bus.port import Bus, Record, TopicPartition
from shared.db.driver import Connection
from shared.db.invariants import Violation
from shared.db.unit_of_work import Database
from shared.events.catalogue import all_events, inbound_events
from shared.inbox.arrival import event_id_of
from shared.inbox.consumer import Consumer
from shared.inbox.inbound import PREFIX, is_inbound
from shared.service import Service

_BATCH = 5000
_SHOWN = 20

_LOST = ("events.4", "Every published event stands in the log of the bus.")
_STRANGE = ("events.4", "Every event in the log was published by a service.")
_DISORDER = ("events.5", "An aggregate's events stand in one partition, in the order 1, 2, 3, ….")
_SKIPPED = ("events.10", "Everything behind a consumer's position was applied or parked.")
_INVENTED = ("events.6", "A consumer applied only events that a service recorded.")

_OURS = "SELECT event_id FROM inbox WHERE consumer = :name AND topic NOT LIKE :inbound"
# Mending the source of another system's event makes it another event.
_FOREIGN = (
    "SELECT event_id FROM inbox WHERE consumer = :name AND topic LIKE :inbound UNION"
    " SELECT event_id FROM parked WHERE consumer = :name AND topic LIKE :inbound"
    " AND resolved_at IS NOT NULL"
)
_PARKED = "SELECT event_id FROM parked WHERE consumer = :name AND resolved_at IS NULL"

#: Where an event first stands in the log.
Places = dict[UUID, tuple[TopicPartition, int]]


@dataclass(frozen=True, slots=True)
class ConsumerState:
    """What a consumer did, and how many records it has before it."""

    name: str
    applied: int
    parked: int
    behind: int


@dataclass
class Conservation:
    """The figures of a check, and what breaks a promise."""

    recorded: int = 0
    published: int = 0
    in_log: int = 0
    consumers: list[ConsumerState] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)

    def broken(self, promise: tuple[str, str], rows: Iterable[Mapping[str, object]]) -> None:
        """Note what breaks a promise, at most twenty rows of it."""
        shown = list(rows)[:_SHOWN]
        self.violations += [Violation(*promise, dict(row)) for row in shown]


@dataclass(frozen=True, slots=True)
class _Seen:
    """One consumer as it was when the check began. ``foreign`` are events of other systems that it
    is done with."""

    consumer: Consumer
    positions: Mapping[TopicPartition, int]
    applied: frozenset[UUID]
    foreign: frozenset[UUID]
    parked: frozenset[UUID]


async def check_conservation(
    services: Sequence[Service], dbs: Mapping[str, Database], bus: Bus
) -> Conservation:
    """Compare the outboxes, the log and the inboxes of the services."""
    found = Conservation()
    seen = [
        await _look(dbs[service.name], bus, consumer)
        for service in services
        for consumer in service.consumers
    ]
    producers = [dbs[each.name] for each in services if "outbox" in each.metadata.tables]
    published = await _event_ids(producers, "published_at IS NOT NULL")
    places, ends = await _read_log(bus, found)
    recorded = await _event_ids(producers, "true")
    ours = {each for each, (place, _) in places.items() if not is_inbound(place.topic)}
    found.published, found.recorded, found.in_log = len(published), len(recorded), len(ours)
    found.broken(_LOST, ({"event_id": each} for each in published - ours))
    found.broken(_STRANGE, ({"event_id": each} for each in ours - recorded))
    for each in seen:
        _check_consumer(each, places, ends, recorded, found)
    return found


async def _look(db: Database, bus: Bus, consumer: Consumer) -> _Seen:
    positions = await bus.committed(consumer.name)
    async with db.reading() as conn:
        named = {"name": consumer.name}
        applied, foreign = [
            await _ids(conn, query, **named, inbound=f"{PREFIX}%") for query in (_OURS, _FOREIGN)
        ]
        parked = await _ids(conn, _PARKED, **named)
    return _Seen(consumer, positions, applied, foreign, parked)


async def _event_ids(databases: Sequence[Database], where: str) -> set[UUID]:
    found: set[UUID] = set()
    for database in databases:
        async with database.reading() as conn:
            found |= await _ids(conn, f"SELECT event_id FROM outbox WHERE {where}")  # noqa: S608
    return found


async def _ids(conn: Connection, query: str, **parameters: str) -> frozenset[UUID]:
    rows = await conn.execute(sa.text(query), parameters)
    # asyncpg's UUIDs are of a class of their own, slow to hash and compare.
    return frozenset(UUID(int=each.int) for each in rows.scalars())


async def _read_log(bus: Bus, found: Conservation) -> tuple[Places, dict[TopicPartition, int]]:
    """Read the log up to its present ends; check the order of each aggregate on the way."""
    events = (*all_events(), *inbound_events())
    ends = await bus.end_offsets({event.topic for event in events})
    places: Places = {}
    for place in sorted(ends):
        order = _Order(place)
        offset = 0
        while offset < ends[place]:
            records = await bus.read(*place, offset, min(_BATCH, ends[place] - offset))
            if not records:
                break
            for record in records:
                event_id = event_id_of(record)
                if event_id is not None and event_id not in places:
                    places[event_id] = (place, record.offset)
                    if not is_inbound(place.topic):
                        order.take(record)
            offset = records[-1].offset + 1
        found.broken(_DISORDER, order.broken)
    return places, ends


class _Order:
    """Sees the first appearance of each event of a partition, and whether they are in order."""

    def __init__(self, place: TopicPartition) -> None:
        self._place = place
        self._last: dict[str, int] = {}
        self.broken: list[dict[str, object]] = []

    def take(self, record: Record) -> None:
        """Look at the next event."""
        text = record.headers.get("ce_sequence", "")
        version = int(text) if text.isdecimal() else 0  # what is no number is in no order either
        before = self._last.get(record.key, 0)
        if version != before + 1:
            where = {"topic": self._place.topic, "partition": self._place.partition}
            row = {"offset": record.offset, "key": record.key, "version": version}
            self.broken.append(where | row | {"before": before})
        self._last[record.key] = version


def _check_consumer(
    seen: _Seen,
    places: Places,
    ends: Mapping[TopicPartition, int],
    recorded: set[UUID],
    found: Conservation,
) -> None:
    name, done = seen.consumer.name, seen.applied | seen.foreign | seen.parked
    skipped = (
        {"consumer": name, "event_id": event_id, "topic": place.topic, "offset": offset}
        for event_id, (place, offset) in places.items()
        if offset < seen.positions.get(place, 0)
        and place.topic in seen.consumer.topics
        and event_id not in done
    )
    found.broken(_SKIPPED, skipped)
    found.broken(
        _INVENTED, ({"consumer": name, "event_id": each} for each in seen.applied - recorded)
    )
    behind = sum(
        max(0, end - seen.positions.get(place, 0))
        for place, end in ends.items()
        if place.topic in seen.consumer.topics
    )
    applied = len(seen.applied) + len(seen.foreign)
    found.consumers.append(ConsumerState(name, applied, len(seen.parked), behind))
