"""A worker carries events from one service's outbox to the other's tables, and stops cleanly."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from shared.bus.port import Bus, Record
from shared.db.unit_of_work import Database, UnitOfWork
from shared.deadlines.runner import Deadline
from shared.deadlines.schedule import schedule
from shared.deadlines.table import deadline_table
from shared.domain.actor import SYSTEM
from shared.domain.clock import now
from shared.inbox.arrival import Received
from shared.inbox.consumer import Consumer
from shared.inbox.metrics import LAG
from shared.worker import Worker, periodic
from tests.support.things import (
    TOPIC,
    ThingChanged,
    change,
    count,
    effects_consumer,
    effects_of,
    facts_consumer,
    record_effect,
)


@pytest.fixture
def bus(either_bus: Bus) -> Bus:
    """Each of the two."""
    return either_bus


@asynccontextmanager
async def working(worker: Worker) -> AsyncIterator[asyncio.Event]:
    stop = asyncio.Event()
    task = asyncio.ensure_future(worker.run(stop))
    try:
        yield stop
    finally:
        stop.set()
        async with asyncio.timeout(20):
            await task


async def reach(database: Database, table: str, expected: int, where: str = "true") -> None:
    async with asyncio.timeout(15):
        while await count(database, table, where) < expected:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_events_go_all_the_way_and_deadlines_and_jobs_run(things: Database, bus: Bus) -> None:
    metadata, ran, fired = sa.MetaData(), asyncio.Event(), asyncio.Event()
    deadline_table(metadata)
    async with things.engine.begin() as conn:
        await conn.run_sync(metadata.create_all)

    async def fire(uow: UnitOfWork, deadline: Deadline) -> None:
        fired.set()

    async def tick() -> None:
        ran.set()
        raise RuntimeError("a failing job harms nobody")

    worker = Worker(
        things,
        bus,
        consumers=[effects_consumer(), facts_consumer()],
        deadlines={"tick": fire},
        jobs=[periodic("tick", 60, tick)],
    )
    async with working(worker):
        thing = await change(things, "a", "b", "c")
        async with things.transaction(SYSTEM) as uow:
            await schedule(uow, "tick", uuid4(), now() - timedelta(seconds=1))
        await reach(things, "inbox", 6)
        async with asyncio.timeout(5):
            await ran.wait()
            await fired.wait()
    assert await effects_of(things, thing.id) == ["a", "b", "c"]
    assert await count(things, "facts.thing", "version = 3") == 1
    assert {part.restarts for part in worker.parts.values()} == {0}


async def test_the_batch_at_hand_is_finished_before_the_end(things: Database, bus: Bus) -> None:
    started = asyncio.Event()

    async def slow(uow: UnitOfWork, received: Received[ThingChanged]) -> None:
        started.set()
        await asyncio.sleep(0.2)
        await record_effect(uow, received)

    worker = Worker(things, bus, consumers=[Consumer("slow", {ThingChanged: slow})])
    async with working(worker):
        await change(things, "a")
        async with asyncio.timeout(10):
            await started.wait()
    assert await count(things, "effect") == 1
    assert sum((await bus.committed("slow")).values()) == 1


async def test_a_hanging_consumer_is_noticed_and_restarted(things: Database, bus: Bus) -> None:
    hangs = True

    async def hang_once(uow: UnitOfWork, received: Received[ThingChanged]) -> None:
        nonlocal hangs
        if hangs:
            hangs = False
            await asyncio.sleep(3600)
        await record_effect(uow, received)

    consumer = Consumer("hangs", {ThingChanged: hang_once})
    worker = Worker(things, bus, consumers=[consumer], check_seconds=0.1, patience_seconds=2)
    async with working(worker):
        await change(things, "a")
        await reach(things, "effect", 1)
    assert worker.parts["hangs"].restarts == 1
    assert worker.parts["relay"].restarts == 0


async def test_a_crashing_consumer_harms_no_other(things: Database, bus: Bus) -> None:
    worker = Worker(things, bus, consumers=[effects_consumer(), facts_consumer()])

    async def crash(records: Sequence[Record]) -> None:
        raise MemoryError

    worker.inboxes["things.facts"].handle = crash  # type: ignore[method-assign]
    async with working(worker):
        thing = await change(things, "a")
        await reach(things, "effect", 1)
        assert await effects_of(things, thing.id) == ["a"]


async def test_the_gauges_are_sampled(things: Database, bus: Bus) -> None:
    worker = Worker(things, bus, consumers=[effects_consumer()])
    await bus.create_topics([TOPIC])
    await worker.check()
    assert LAG.labels("things.effects", TOPIC)._value.get() == 0
