"""A made-up service with one aggregate, the thing, to test messaging without a real one.

Its events are in the registry only while a test uses ``registered_things``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from shared.audit.table import audit_tables
from shared.bus.port import Bus, Record
from shared.db.driver import Connection
from shared.db.engine import create_engine
from shared.db.unit_of_work import Database, UnitOfWork
from shared.domain.actor import SYSTEM
from shared.domain.aggregate import Aggregate
from shared.domain.ids import new_id
from shared.events import payload
from shared.events.payload import Payload
from shared.inbox.arrival import Received
from shared.inbox.consumer import Consumer
from shared.inbox.tables import inbox_tables
from shared.outbox.relay import Relay
from shared.outbox.table import outbox_table

TOPIC = "crm.things.thing"


class ThingChanged(Payload):
    event_type = "crm.things.thing.changed.v1"
    service, aggregate_type, topic = "things", "thing", TOPIC

    text: str
    version: int


class ThingNoted(Payload):
    """Known, and handled by nobody."""

    event_type = "crm.things.thing.noted.v1"
    service, aggregate_type, topic = "things", "thing", TOPIC

    note: str


@contextmanager
def registered_things() -> Iterator[None]:
    kinds = {kind.event_type: kind for kind in (ThingChanged, ThingNoted)}
    payload._registry.update(kinds)
    yield
    for event_type in kinds:
        del payload._registry[event_type]


metadata = sa.MetaData()
outbox = outbox_table(metadata)
audit_tables(metadata)
inbox, parked, position = inbox_tables(metadata)
#: One row per effect, in the order the effects happened.
effect = sa.Table(
    "effect",
    metadata,
    sa.Column("seq", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("source_event_id", sa.Uuid, nullable=False),
    sa.Column("thing_id", sa.Uuid, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
)
facts = sa.MetaData(schema="facts")
#: A read model: the latest state of every thing.
thing_fact = sa.Table(
    "thing",
    facts,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("text", sa.Text, nullable=False, index=True),
)


async def record_effect(uow: UnitOfWork, received: Received[ThingChanged]) -> None:
    """Fails for texts that start with ``poison``."""
    if received.data.text.startswith("poison"):
        raise ValueError(f"cannot swallow {received.data.text}")
    await uow.conn.execute(
        effect.insert(),
        {
            "source_event_id": received.envelope.id,
            "thing_id": received.envelope.aggregate_id,
            "version": received.envelope.sequence,
            "text": received.data.text,
        },
    )


async def project(uow: UnitOfWork, batch: list[Received[ThingChanged]]) -> None:
    latest = {each.envelope.aggregate_id: each for each in batch}
    rows = [
        {"id": key, "version": each.envelope.sequence, "text": each.data.text}
        for key, each in latest.items()
    ]
    statement = insert(thing_fact)
    newer = statement.on_conflict_do_update(
        index_elements=[thing_fact.c.id],
        set_={"version": statement.excluded.version, "text": statement.excluded.text},
        where=thing_fact.c.version < statement.excluded.version,
    )
    await uow.conn.execute(newer, rows)


def effects_consumer() -> Consumer:
    return Consumer("things.effects", {ThingChanged: record_effect})


def facts_consumer() -> Consumer:
    return Consumer("things.facts", batch_handlers={ThingChanged: project})


@asynccontextmanager
async def things_database(url: str) -> AsyncIterator[Database]:
    engine = create_engine(url)
    async with engine.begin() as conn:
        await conn.execute(sa.schema.CreateSchema("facts"))
        await conn.run_sync(metadata.create_all)
        await conn.run_sync(facts.create_all)
    database = Database(engine, service="things")
    yield database
    await database.close()


async def change(
    database: Database, *texts: str, thing: Aggregate | None = None, note: str | None = None
) -> Aggregate:
    """Commit one change per text to a thing, a new one unless given."""
    thing = thing or Aggregate(id=new_id())
    for text in texts:
        async with database.transaction(SYSTEM) as uow:
            thing.version += 1
            await uow.record(thing, ThingChanged(text=text, version=thing.version))
    if note is not None:
        async with database.transaction(SYSTEM) as uow:
            thing.version += 1
            await uow.record(thing, ThingNoted(note=note))
    return thing


async def relay_all(database: Database, bus: Bus) -> None:
    """Bring the outbox to the bus."""
    relay, stop = Relay(database.engine, bus), asyncio.Event()
    task = asyncio.ensure_future(relay.run(stop))
    while await count(database, "outbox", "published_at IS NULL"):
        relay.wake()
        await asyncio.sleep(0.02)
    stop.set()
    await task


async def topic_records(bus: Bus, topic: str = TOPIC) -> list[Record]:
    """Everything in a topic, partition by partition."""
    found: list[Record] = []
    for place in sorted(await bus.end_offsets([topic])):
        found += await bus.read(*place, 0, 100_000)
    return found


def by_partition(records: list[Record]) -> list[list[Record]]:
    numbers = sorted({record.partition for record in records})
    return [[each for each in records if each.partition == number] for number in numbers]


async def count(database: Database, table: str, where: str = "true") -> int:
    return int(await scalar(database, f"SELECT count(*) FROM {table} WHERE {where}"))


async def scalar(database: Database, sql: str) -> Any:
    async with database.reading() as conn:
        return (await conn.execute(sa.text(sql))).scalar()


async def column(database: Database, sql: str) -> list[Any]:
    async with database.reading() as conn:
        return list((await conn.execute(sa.text(sql))).scalars())


async def rows(conn: Connection, sql: str) -> list[Any]:
    return list((await conn.execute(sa.text(sql))).all())


async def effects_of(database: Database, thing_id: UUID) -> list[str]:
    """The texts applied to a thing, in the order of their application."""
    return await column(
        database, f"SELECT text FROM effect WHERE thing_id = '{thing_id}' ORDER BY seq"
    )


#: No applied version of an aggregate is missing or out of order (reliability rule 7).
GAPS = """
SELECT count(*) FROM (
    SELECT aggregate_id FROM (
        SELECT *, lag(aggregate_version, 1, 0::bigint)
                  OVER (PARTITION BY consumer, aggregate_id ORDER BY seq) AS before FROM inbox
    ) AS applied WHERE aggregate_version <> before + 1
) AS gap
"""
