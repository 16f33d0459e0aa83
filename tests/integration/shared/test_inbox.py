"""Every event has its effect exactly once, however often it is delivered."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import asyncpg
import pytest
import sqlalchemy as sa

from shared.bus.port import Bus, Record
from shared.bus.postgres import PostgresBus
from shared.db.connection import is_transient
from shared.db.unit_of_work import Database, UnitOfWork
from shared.domain.actor import SYSTEM
from shared.domain.aggregate import Aggregate
from shared.domain.ids import new_id
from shared.embedded import EmbeddedPostgres
from shared.inbox import metrics, store
from shared.inbox.arrival import Arrival, Received
from shared.inbox.consumer import Consumer
from shared.inbox.inbox import Inbox
from tests.support.bus import consuming, kill_family
from tests.support.things import (
    GAPS,
    TOPIC,
    ThingChanged,
    ThingNoted,
    by_partition,
    change,
    column,
    count,
    effects_consumer,
    effects_of,
    facts_consumer,
    record_effect,
    registered_things,
    relay_all,
    scalar,
    things_database,
    topic_records,
)

DUPLICATES = """
SELECT count(*) FROM (SELECT FROM effect GROUP BY source_event_id HAVING count(*) > 1) AS twice
"""


async def published(things: Database, bus: Bus, aggregates: int = 6) -> list[Record]:
    for n in range(aggregates):
        await change(things, *(f"{n}.{v}" for v in range(4)), note="unhandled")
    await relay_all(things, bus)
    return await topic_records(bus)


async def applied(things: Database, expected: int) -> None:
    async with asyncio.timeout(15):
        while await count(things, "inbox") < expected:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_each_event_has_its_effect_once_and_in_order(things: Database, bus: Bus) -> None:
    thing = await change(things, "a", "b", note="?")
    await change(things, "c", thing=thing)
    await relay_all(things, bus)
    inbox = Inbox(things, effects_consumer())
    async with consuming(bus, inbox.consumer.topics, inbox.consumer.name, inbox.handle):
        await applied(things, 4)
    assert await effects_of(things, thing.id) == ["a", "b", "c"]
    assert await scalar(things, GAPS) == 0  # the unhandled event stands in the inbox as well


async def test_redelivery_changes_nothing(things: Database, bus: Bus) -> None:
    records = await published(things, bus)
    inbox = Inbox(things, effects_consumer())
    for partition in by_partition(records):
        for start in (0, 0, len(partition) // 2, 3):
            await inbox.handle(partition[start:] or partition)
        await inbox.handle(partition + partition)
    assert await count(things, "effect") == 24
    assert await scalar(things, DUPLICATES) == 0
    assert await scalar(things, GAPS) == 0


async def test_a_duplicate_inside_a_batch_keeps_the_order(things: Database, bus: Bus) -> None:
    thing = await change(things, "a", "b", "c")
    await relay_all(things, bus)
    first, second, third = await topic_records(bus)
    await Inbox(things, effects_consumer()).handle([first, second, first, third, second])
    assert await effects_of(things, thing.id) == ["a", "b", "c"]


async def test_two_owners_of_a_partition_at_once_apply_once(things: Database, bus: Bus) -> None:
    """A zombie and its successor, at any interleaving."""
    records = await published(things, bus)
    inbox, zombie = Inbox(things, effects_consumer()), Inbox(things, effects_consumer())
    for partition in by_partition(records):
        await inbox.handle(partition[:1])
        cut = random.Random(len(partition)).randrange(1, len(partition))
        await asyncio.gather(
            inbox.handle(partition), zombie.handle(partition[:cut]), zombie.handle(partition[1:])
        )
    assert await count(things, "effect") == 24
    assert await scalar(things, DUPLICATES) == 0
    assert await scalar(things, GAPS) == 0


async def test_an_event_in_two_partitions_at_once_is_applied_once(
    things: Database, bus: Bus
) -> None:
    """Of a topic that got more partitions and was filled anew: the event alone is the same."""
    records = await published(things, bus)
    inbox, other = Inbox(things, effects_consumer()), Inbox(things, effects_consumer())
    for partition in by_partition(records):
        moved = [replace(record, partition=record.partition + 100) for record in partition]
        await asyncio.gather(inbox.handle(partition), other.handle(moved))
    assert await count(things, "effect") == 24
    assert await scalar(things, DUPLICATES) == 0


async def test_without_the_inbox_effects_would_double(things: Database, bus: Bus) -> None:
    """The negative test: the check above notices a consumer without an inbox."""

    async def claim_all(conn: object, name: str, arrivals: Sequence[Arrival]) -> set[UUID]:
        return {each.event_id for each in arrivals}

    records = await published(things, bus, aggregates=1)
    inbox = Inbox(things, effects_consumer())
    inbox.claim = claim_all  # type: ignore[assignment]
    await inbox.handle(records)
    await inbox.handle(records)
    assert await scalar(things, DUPLICATES) > 0


async def test_positions_are_written_with_the_effect(things: Database, bus: Bus) -> None:
    records = await published(things, bus)
    inbox = Inbox(things, effects_consumer())
    for partition in by_partition(records):
        await inbox.handle(partition)
        await inbox.handle(partition[:1])  # does not take it back
    ends = {place.partition: end for place, end in (await bus.end_offsets([TOPIC])).items() if end}
    async with things.reading() as conn:
        rows = await conn.execute(sa.text("SELECT partition, next_offset FROM consumer_position"))
        assert {row[0]: row[1] for row in rows} == ends


async def test_a_reaction_is_caused_by_the_event_and_published(things: Database, bus: Bus) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    thing = Aggregate(id=new_id(), version=1)
    async with things.transaction(SYSTEM, traceparent=trace) as uow:
        await uow.record(thing, ThingChanged(text="cause", version=1))
    await relay_all(things, bus)
    woken = asyncio.Event()
    things.on_commit = woken.set

    async def react(uow: UnitOfWork, received: Received[ThingChanged]) -> None:
        assert uow.actor is SYSTEM
        await uow.record(Aggregate(id=new_id(), version=1), ThingNoted(note=received.data.text))

    await Inbox(things, Consumer("reacts", {ThingChanged: react})).handle(await topic_records(bus))
    assert woken.is_set()
    await relay_all(things, bus)
    cause, effect = sorted(await topic_records(bus), key=lambda each: each.headers["ce_time"])
    assert effect.headers["ce_causationid"] == cause.headers["ce_id"]
    assert effect.headers["ce_correlationid"] == cause.headers["ce_correlationid"]
    assert effect.headers["ce_traceparent"] == trace


async def test_batch_handlers_get_runs_in_order(things: Database, bus: Bus) -> None:
    records = await published(things, bus)
    inbox = Inbox(things, facts_consumer())
    for partition in by_partition(records):
        await inbox.handle(partition)
    assert await count(things, "facts.thing", "version = 4 AND text LIKE '%.3'") == 6
    assert await count(things, "inbox") == 30


async def test_a_failed_batch_leaves_nothing_behind(things: Database, bus: Bus) -> None:
    await published(things, bus)

    async def away(uow: UnitOfWork, received: Received[ThingChanged]) -> None:
        await record_effect(uow, received)
        raise ConnectionResetError("the database went away")

    inbox = Inbox(things, Consumer("away", {ThingChanged: away}))
    with pytest.raises(ConnectionResetError):
        await inbox.handle(await topic_records(bus))
    for table in ("effect", "inbox", "parked", "consumer_position"):
        assert await count(things, table) == 0


async def test_nothing_is_lost_or_doubled_when_the_server_is_killed(
    own_postgres: EmbeddedPostgres,
) -> None:
    server = own_postgres.start()
    bus = PostgresBus(server.dsn("postgres"), batch=20)
    await bus.migrate()
    with registered_things():
        async with things_database(server.dsn("postgres")) as database:
            await asyncio.gather(*(change(database, *"abcdefghij") for _ in range(40)))
            await relay_all(database, bus)
            inbox = Inbox(database, effects_consumer())
            async with consuming(bus, [TOPIC], inbox.consumer.name, inbox.handle):
                await applied(database, 40)
                await asyncio.to_thread(kill_family, own_postgres.pid)
                await asyncio.to_thread(own_postgres.start)
                await applied(database, 400)
            assert await count(database, "parked") == 0
            assert await scalar(database, DUPLICATES) == 0
            assert await scalar(database, GAPS) == 0
    await bus.close()


async def test_the_lag_gauge_counts_what_is_not_committed(things: Database, bus: Bus) -> None:
    await published(things, bus)
    consumer = effects_consumer()
    before = await metrics.unread(bus, consumer)
    assert {(each.position, place.topic) for place, each in before.items()} == {(0, TOPIC)}
    assert sum(each.records for each in before.values()) == 30
    async with consuming(bus, [TOPIC], consumer.name, Inbox(things, consumer).handle):
        await applied(things, 30)
    assert await metrics.unread(bus, consumer) == {}


async def test_positions_can_be_forgotten(things: Database, bus: Bus) -> None:
    await Inbox(things, effects_consumer()).handle(await published(things, bus, aggregates=1))
    async with things.pool.transaction() as conn:
        await store.forget_positions(conn, "things.effects", {"crm.others.other"})
    assert await column(things, "SELECT count(*) FROM consumer_position") == [1]
    async with things.pool.transaction() as conn:
        await store.forget_positions(conn, "things.effects", {TOPIC})
    assert await column(things, "SELECT count(*) FROM consumer_position") == [0]


async def test_passing_troubles_of_the_server_are_told_from_defects(things: Database) -> None:
    async def failure(sql: str) -> BaseException:
        with pytest.raises(asyncpg.PostgresError) as caught:
            async with things.pool.transaction() as conn:
                await conn.execute(sa.text(sql))
        return caught.value

    dies = "SELECT pg_terminate_backend(pg_backend_pid())"
    assert is_transient(await failure(dies))
    assert not is_transient(await failure("SELECT 1/0"))
    assert not is_transient(await failure("INSERT INTO inbox (consumer) VALUES ('c')"))
    assert not is_transient(ValueError("no"))
