"""Deadlines fire once, soon after they are due, and again when they fail."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from shared.db.unit_of_work import Database, UnitOfWork
from shared.deadlines.runner import Deadline, DeadlineRunner
from shared.deadlines.schedule import cancel, schedule
from shared.deadlines.table import deadline_table
from shared.domain.actor import SYSTEM
from shared.domain.aggregate import Aggregate
from shared.domain.clock import now
from shared.domain.ids import new_id
from tests.support.things import ThingNoted, count

KIND = "thing.reclaim"


@pytest.fixture
async def database(things: Database) -> Database:
    metadata = sa.MetaData()
    deadline_table(metadata)
    async with things.engine.begin() as conn:
        await conn.run_sync(metadata.create_all)
    return things


async def note(uow: UnitOfWork, deadline: Deadline) -> None:
    """An effect that shows in the outbox."""
    thing = Aggregate(id=new_id(), version=1)
    await uow.record(thing, ThingNoted(note=str(deadline.payload.get("why"))))


async def set_deadline(database: Database, subject: UUID, seconds: float, why: str = "") -> None:
    async with database.transaction(SYSTEM) as uow:
        await schedule(uow, KIND, subject, now() + timedelta(seconds=seconds), {"why": why})


async def test_what_is_due_fires_once_and_what_is_not_waits(database: Database) -> None:
    await set_deadline(database, uuid4(), -1, "due")
    await set_deadline(database, uuid4(), 3600, "later")
    runner = DeadlineRunner(database, {KIND: note})
    assert await runner.fire_one()
    assert not await runner.fire_one()
    assert await count(database, "outbox", "payload::jsonb ->> 'note' = 'due'") == 1
    assert await count(database, "deadline", "done_at IS NOT NULL") == 1


async def test_a_deadline_is_moved_and_cancelled(database: Database) -> None:
    subject = uuid4()
    await set_deadline(database, subject, -1)
    await set_deadline(database, subject, 3600)
    runner = DeadlineRunner(database, {KIND: note})
    assert not await runner.fire_one()
    await set_deadline(database, subject, -1)
    async with database.transaction(SYSTEM) as uow:
        assert await cancel(uow, KIND, subject)
        assert not await cancel(uow, KIND, subject)
    assert not await runner.fire_one()


async def test_a_deadline_may_set_the_next_of_its_kind(database: Database) -> None:
    async def weekly(uow: UnitOfWork, deadline: Deadline) -> None:
        await note(uow, deadline)
        await schedule(uow, KIND, deadline.subject_id, now() + timedelta(days=7))

    await set_deadline(database, uuid4(), -1)
    runner = DeadlineRunner(database, {KIND: weekly})
    assert await runner.fire_one()
    assert not await runner.fire_one()
    assert await count(database, "outbox") == 1
    assert await count(database, "deadline", "done_at IS NULL AND due_at > now()") == 1


async def test_several_workers_fire_each_once(database: Database) -> None:
    for _ in range(30):
        await set_deadline(database, uuid4(), -1)
    runners = [DeadlineRunner(database, {KIND: note}) for _ in range(4)]
    stop = asyncio.Event()
    running = [asyncio.ensure_future(runner.run(stop)) for runner in runners]
    async with asyncio.timeout(5):
        while await count(database, "deadline", "done_at IS NULL"):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    stop.set()
    await asyncio.gather(*running)
    assert await count(database, "outbox") == 30
    assert sum(runner.fired for runner in runners) == 30


async def test_a_failing_one_leaves_nothing_and_is_tried_later(database: Database) -> None:
    async def fails(uow: UnitOfWork, deadline: Deadline) -> None:
        await note(uow, deadline)
        if deadline.attempts < 2:
            await uow.conn.execute(sa.text("SELECT 1/0"))

    await set_deadline(database, uuid4(), -1)
    await set_deadline(database, uuid4(), -0.5)
    runner = DeadlineRunner(database, {KIND: fails})
    assert await runner.fire_one()
    assert await runner.fire_one()
    assert not await runner.fire_one()
    assert await count(database, "outbox") == 0
    assert (
        await count(database, "deadline", "attempts = 1 AND error LIKE '%division by zero%'") == 2
    )
    assert await count(database, "deadline", "next_try_at > now() + interval '4 s'") == 2
    for _ in range(2):
        async with database.pool.transaction() as conn:
            await conn.execute(sa.text("UPDATE deadline SET next_try_at = now()"))
        while await runner.fire_one():
            pass
    assert await count(database, "outbox") == 2


async def test_kinds_of_another_release_stay_open(database: Database) -> None:
    await set_deadline(database, uuid4(), -1)
    assert not await DeadlineRunner(database, {}).fire_one()
    assert not await DeadlineRunner(database, {"other": note}).fire_one()
