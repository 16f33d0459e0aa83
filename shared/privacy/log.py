"""The log after erasures: what events and the audit call people, replaced by the owner of the
tables (the runtime roles can change neither). Run again it changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from pydantic_core import from_json, to_json

from shared.bus.port import Bus
from shared.privacy.requests import Kind
from shared.privacy.rewriting import rewritten
from shared.privacy.subjects import Subject, pseudonym

#: Of whom events tell the name: of the aggregate that is called like the kind of person.
_TOLD = (Subject.CUSTOMER, Subject.STAFF)
_BATCH = 5000
_NAMES = (("actor_id", "actor_name"), ("on_behalf_of", "on_behalf_of_name"))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who was erased."""

    subject: Subject
    id: UUID


async def erased_people(session: asyncpg.Connection) -> list[Person]:
    """Return all who were erased, by the register of the service that keeps the records."""
    query = "SELECT subject_type, subject_id FROM subject_request WHERE kind = $1 ORDER BY id"
    rows = await session.fetch(query, Kind.ERASURE)
    return [Person(Subject(kind), subject_id) for kind, subject_id in rows]


async def rewrite_outbox(session: asyncpg.Connection, people: Sequence[Person]) -> int:
    """Replace names in the events of a service; return how many events that changed."""
    changed = 0
    for person in _told(people):
        rows = await session.fetch(
            "SELECT seq, payload::text FROM outbox WHERE aggregate_type = $1 AND aggregate_id = $2",
            person.subject,
            person.id,
        )
        new = [(seq, text) for seq, old in rows if (text := _new(old, person)) is not None]
        await session.executemany("UPDATE outbox SET payload = $2::json WHERE seq = $1", new)
        changed += len(new)
    return changed


async def rewrite_bus(session: asyncpg.Connection, people: Sequence[Person]) -> int:
    """Replace names in the log of the bus in PostgreSQL; return how many records that changed."""
    changed = 0
    for person in _told(people):
        rows = await session.fetch(
            'SELECT r.partition_id, r."offset", r.value FROM bus_record AS r'
            " JOIN bus_partition AS p ON p.id = r.partition_id WHERE r.key = $1 AND p.topic = $2",
            str(person.id),
            _topic(person),
        )
        new = [
            (partition, offset, text.encode())
            for partition, offset, old in rows
            if (text := _new(old, person)) is not None
        ]
        await session.executemany(
            'UPDATE bus_record SET value = $3 WHERE partition_id = $1 AND "offset" = $2', new
        )
        changed += len(new)
    return changed


async def telling(bus: Bus, people: Sequence[Person]) -> dict[str, int]:
    """Return the topics of the bus in which somebody is still named, and in how many records."""
    told = {(_topic(person), str(person.id)): person for person in _told(people)}
    ends = await bus.end_offsets({topic for topic, _ in told})
    found: dict[str, int] = {}
    for place, end in sorted(ends.items()):
        offset = 0
        while offset < end and (records := await bus.read(*place, offset, _BATCH)):
            for record in records:
                person = told.get((record.topic, record.key))
                if person is not None and _new(record.value, person) is not None:
                    found[place.topic] = found.get(place.topic, 0) + 1
            offset = records[-1].offset + 1
    return found


async def rewrite_audit(session: asyncpg.Connection, people: Sequence[Person]) -> int:
    """Replace what the audit called those who acted: the seals are made over their ids. Return how
    many entries that changed."""
    changed = 0
    for person in people:
        for key, name in _NAMES:
            done = await session.execute(
                f"UPDATE audit_entry SET {name} = $2 WHERE {key} = $1 AND {name} <> $2",  # noqa: S608 - our own columns
                person.id,
                pseudonym(person.id),
            )
            changed += int(done.rpartition(" ")[2])
    return changed


def _told(people: Iterable[Person]) -> Iterable[Person]:
    return (person for person in people if person.subject in _TOLD)


def _topic(person: Person) -> str:
    return f"crm.customer.{person.subject}"


def _new(old: str | bytes, person: Person) -> str | None:
    """Return an event as it stays; None if it is so already."""
    data: Any = from_json(old)
    new = rewritten(data, person.subject, person.id)
    return None if new == data else to_json(new).decode()
