"""A read model rebuilt from the log equals the live one, or the report shows where it does not."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest
import sqlalchemy as sa

from shared.bus.port import Bus
from shared.db.unit_of_work import Database, UnitOfWork
from shared.domain.aggregate import Aggregate
from shared.domain.errors import Conflict
from shared.domain.ids import new_id
from shared.inbox import parked
from shared.inbox.arrival import Received
from shared.inbox.consumer import Consumer
from shared.inbox.inbox import Inbox
from shared.inbox.replay import replay
from shared.outbox.republish import republish
from tests.support.bus import consuming
from tests.support.things import (
    ThingChanged,
    ThingNoted,
    by_partition,
    change,
    count,
    facts,
    facts_consumer,
    project,
    relay_all,
    scalar,
    topic_records,
)


async def refuse_poison(uow: UnitOfWork, batch: list[Received[ThingChanged]]) -> None:
    for each in batch:
        if each.data.text.startswith("poison"):
            raise ValueError("poison")
    await project(uow, batch)


def strict_consumer() -> Consumer:
    return Consumer("things.facts", batch_handlers={ThingChanged: refuse_poison})


async def live(things: Database, bus: Bus, consumer: Consumer) -> Inbox:
    """Bring the live read model to the end of the log."""
    await relay_all(things, bus)
    inbox = Inbox(things, consumer, retry_pauses=())
    for partition in by_partition(await topic_records(bus)):
        await inbox.handle(partition)
    return inbox


async def test_a_replay_equals_the_live_tables(things: Database, bus: Bus) -> None:
    for _ in range(10):
        await change(things, "a", "b", "c", note="?")
    await live(things, bus, facts_consumer())
    seen: list[tuple[int, int]] = []
    report = await replay(
        things, bus, [facts_consumer()], facts, "facts", progress=lambda *done: seen.append(done)
    )
    assert (report.events, report.applied, report.differences) == (40, 40, 0)
    assert [(each.table, each.rows) for each in report.tables] == [("thing", 10)]
    assert report.swapped
    assert seen[-1] == (40, 40)
    assert await count(things, "facts.thing") == 10
    left = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'facts%'"
    assert await scalar(things, left) == 1


async def test_injected_differences_are_shown_and_mended_by_the_swap(
    things: Database, bus: Bus
) -> None:
    for _ in range(5):
        await change(things, "a", "b")
    await live(things, bus, facts_consumer())
    async with things.pool.transaction() as conn:
        await conn.execute(sa.text("UPDATE facts.thing SET text = 'wrong' WHERE ctid = '(0,1)'"))
        await conn.execute(sa.text("DELETE FROM facts.thing WHERE ctid = '(0,2)'"))
        values = {"id": uuid4()}
        await conn.execute(sa.text("INSERT INTO facts.thing VALUES (:id, 1, 'invented')"), values)
    dry = await replay(things, bus, [facts_consumer()], facts, "facts", swap=False)
    [table] = dry.tables
    assert (table.rows, table.only_live, table.only_shadow) == (5, 2, 2)
    assert await count(things, "facts.thing", "text = 'wrong'") == 1
    ignoring = await replay(
        things, bus, [facts_consumer()], facts, "facts", swap=False, ignore=["text"]
    )
    assert ignoring.differences == 2
    assert (await replay(things, bus, [facts_consumer()], facts, "facts")).differences == 4
    assert (await replay(things, bus, [facts_consumer()], facts, "facts")).differences == 0
    assert await count(things, "facts.thing", "text = 'b' AND version = 2") == 5


async def test_repeated_and_unread_events_do_not_count(things: Database, bus: Bus) -> None:
    for _ in range(5):
        await change(things, "a", "b")
    await live(things, bus, facts_consumer())
    await republish(things)
    await live(things, bus, facts_consumer())
    await change(things, "not read by the live consumer yet")
    await relay_all(things, bus)
    report = await replay(things, bus, [facts_consumer()], facts, "facts")
    assert (report.events, report.applied, report.differences) == (20, 10, 0)
    assert await count(things, "facts.thing") == 5


async def test_parked_dropped_and_mended_events_are_as_in_the_live_tables(
    things: Database, bus: Bus
) -> None:
    for _ in range(3):
        await change(things, "a", "poison", "c")
    inbox = await live(things, bus, strict_consumer())
    async with things.reading() as conn:
        mended, dropped, left = await parked.list_parked(conn, reason="failed")
    cured = mended.data.replace("poison", "cured")
    await parked.mend(things, mended.consumer, mended.event_id, data=cured, by="operator")
    await parked.retry(inbox, mended.event_id, by="operator")
    await parked.drop(inbox, dropped.event_id, by="operator", why="test data")
    report = await replay(things, bus, [strict_consumer()], facts, "facts")
    assert (report.events, report.applied, report.differences) == (9, 6, 0)
    assert await count(things, "facts.thing", "version = 3") == 2
    assert await count(things, "facts.thing", f"id = '{left.aggregate_id}' AND version = 1") == 1


async def test_live_consumers_and_readers_go_on_meanwhile(things: Database, bus: Bus) -> None:
    await bus.create_topics(["crm.things.thing"])
    for _ in range(20):
        await change(things, "a", "b")
    await live(things, bus, facts_consumer())
    done, reads = asyncio.Event(), 0

    async def write() -> None:
        while not done.is_set():
            await change(things, "new", "newer")
            await relay_all(things, bus)

    async def read() -> None:
        nonlocal reads
        while not done.is_set():
            assert await count(things, "facts.thing") >= 20
            reads += 1
            await asyncio.sleep(0.002)

    inbox = Inbox(things, facts_consumer())
    async with consuming(bus, inbox.consumer.topics, inbox.consumer.name, inbox.handle):
        others = [asyncio.ensure_future(write()), asyncio.ensure_future(read())]
        reports = [await replay(things, bus, [facts_consumer()], facts, "facts") for _ in range(3)]
        done.set()
        await asyncio.gather(*others)
        async with asyncio.timeout(10):
            while await count(things, "inbox") < await count(things, "outbox"):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    assert [report.differences for report in reports] == [0, 0, 0]
    assert await count(things, "facts.thing") * 2 == await count(things, "outbox")
    assert await count(things, "parked") == 0
    assert reads > 0


async def test_one_replay_at_a_time_and_no_operator_meanwhile(things: Database, bus: Bus) -> None:
    await change(things, "poison", "b")
    inbox = await live(things, bus, strict_consumer())
    async with things.reading() as conn:
        event, *_ = await parked.list_parked(conn)
    refusals: list[type[BaseException]] = []

    async def try_meanwhile(task: object) -> None:
        try:
            await task  # type: ignore[misc]
        except Conflict as error:
            refusals.append(type(error))

    async def slowly(uow: UnitOfWork, batch: list[Received[ThingChanged]]) -> None:
        await try_meanwhile(parked.retry(inbox, event.event_id, by="operator"))
        await try_meanwhile(replay(things, bus, [strict_consumer()], facts, "facts"))
        await project(uow, batch)

    await change(things, "x")
    await live(things, bus, strict_consumer())
    slow = Consumer("things.facts", batch_handlers={ThingChanged: slowly})
    report = await replay(things, bus, [slow], facts, "facts")
    assert refusals == [Conflict, Conflict]
    assert report.differences == 0


async def test_a_handler_that_fails_or_publishes_leaves_the_live_tables_alone(
    things: Database, bus: Bus
) -> None:
    async def publishes(uow: UnitOfWork, received: Received[ThingChanged]) -> None:
        await uow.record(Aggregate(id=new_id(), version=1), ThingNoted(note="no"))

    async def fails(uow: UnitOfWork, received: Received[ThingChanged]) -> None:
        await uow.conn.execute(sa.text("SELECT 1/0"))

    await change(things, "a")
    await live(things, bus, facts_consumer())
    publishing = Consumer("things.facts", {ThingChanged: publishes})
    with pytest.raises(ValueError, match="records events"):
        await replay(things, bus, [publishing], facts, "facts")
    failing = Consumer("things.facts", {ThingChanged: fails})
    with pytest.raises(asyncpg.DivisionByZeroError):
        await replay(things, bus, [failing], facts, "facts")
    assert await count(things, "facts.thing") == 1
    assert await scalar(things, "SELECT to_regnamespace('facts_shadow')") is None


async def test_rights_on_the_tables_survive_the_swap(things: Database, bus: Bus) -> None:
    role = f"reader_{uuid4().hex[:8]}"
    async with things.pool.transaction() as conn:
        await conn.execute(sa.text(f"CREATE ROLE {role}"))
        await conn.execute(sa.text(f"GRANT USAGE ON SCHEMA facts TO {role}"))
        await conn.execute(sa.text(f"GRANT SELECT ON ALL TABLES IN SCHEMA facts TO {role}"))
    await change(things, "a")
    await live(things, bus, facts_consumer())
    await replay(things, bus, [facts_consumer()], facts, "facts")
    async with things.pool.transaction() as conn:
        await conn.execute(sa.text(f"SET LOCAL ROLE {role}"))
        assert (await conn.execute(sa.text("SELECT count(*) FROM facts.thing"))).scalar() == 1
        rights = f"has_table_privilege('{role}', 'facts.thing', 'INSERT')"
        assert not (await conn.execute(sa.text(f"SELECT {rights}"))).scalar()
    async with things.pool.transaction() as conn:
        await conn.execute(sa.text(f"DROP OWNED BY {role}"))
        await conn.execute(sa.text(f"DROP ROLE {role}"))


async def test_only_a_schema_of_its_own_can_be_replayed(things: Database, bus: Bus) -> None:
    with pytest.raises(ValueError, match="no tables"):
        await replay(things, bus, [facts_consumer()], facts, "public")
