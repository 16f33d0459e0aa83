"""Promises about the data are looked at while a worker works: a gauge each, and a line in the log
for each that is broken."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from shared.bus.postgres import PostgresBus
from shared.db.common_invariants import WHILE_RUNNING
from shared.db.invariants import Invariant
from shared.db.promises import CHECKED, VIOLATIONS, look_at_promises
from shared.db.unit_of_work import Database
from shared.inbox.arrival import Reason
from shared.inbox.metrics import PARKED
from shared.outbox.metrics import UNPUBLISHED
from shared.service import NAMES, load
from shared.worker import Worker
from tests.conftest import Launch
from tests.support.bus import until
from tests.support.things import change, effects_consumer

KEPT = Invariant("things.1", "Every thing has a type.", "SELECT seq FROM outbox WHERE type IS NULL")
BROKEN = Invariant(
    "things.2", "No thing is noted.", "SELECT seq FROM outbox WHERE type LIKE '%d.v1'"
)
ILL = Invariant("things.3", "Nobody can look at this.", "SELECT 1 FROM nowhere")


@pytest.fixture(autouse=True)
def unmeasured() -> Iterator[None]:
    """Without the figures of other tests."""
    yield
    VIOLATIONS.clear()
    CHECKED.clear()


def measured() -> dict[str, float]:
    """The gauges of the made-up service."""
    samples = [each for metric in VIOLATIONS.collect() for each in metric.samples]
    return {each.labels["invariant"]: each.value for each in samples}


def last_checked() -> list[Any]:
    return [each for metric in CHECKED.collect() for each in metric.samples]


async def test_a_broken_promise_is_counted_and_told_of(things: Database) -> None:
    """A promise that is kept is 0, and not absent."""
    await change(things, "a", "b", note="?")
    with capture_logs() as lines:
        await look_at_promises(things, [KEPT, BROKEN])
    assert measured() == {"things.1": 0, "things.2": 3}
    (told,) = lines
    assert told == {
        "event": "promise broken",
        "log_level": "error",
        "service": "things",
        "invariant": "things.2",
        "promise": "No thing is noted.",
        "violations": 3,
        "rows": "/internal/things/invariants",
    }
    assert len(last_checked()) == 1


async def test_a_promise_that_is_kept_again_is_0_again(things: Database) -> None:
    await change(things, "a")
    await look_at_promises(things, [BROKEN])
    assert measured() == {"things.2": 1}
    async with things.pool.transaction() as conn:
        await conn.exec_driver_sql("DELETE FROM outbox")
    await look_at_promises(things, [BROKEN])
    assert measured() == {"things.2": 0}


async def test_a_promise_nobody_can_look_at_is_not_taken_for_kept(things: Database) -> None:
    """The others are looked at all the same; that the look was not whole shows in its time."""
    await look_at_promises(things, [KEPT, ILL, BROKEN])
    assert measured() == {"things.1": 0, "things.2": 0}
    assert last_checked() == []


async def test_a_worker_looks_by_itself(things: Database, postgres_bus: PostgresBus) -> None:
    worker, stop = Worker(things, postgres_bus), asyncio.Event()
    worker.watch_promises([KEPT], 0.05)
    running = asyncio.ensure_future(worker.run(stop))
    await until(lambda: len(last_checked()) == 1)
    first = last_checked()[0].value
    await until(lambda: last_checked()[0].value > first)
    stop.set()
    await running
    assert measured() == {"things.1": 0}


@pytest.mark.parametrize("name", NAMES)
async def test_all_promises_of_a_service_can_be_looked_at(launch: Launch, name: str) -> None:
    """As they are written, each within a query that counts."""
    launched = await launch(name)
    await look_at_promises(launched.db, launched.service.promises)
    assert len(last_checked()) == 1
    ids = {each.id for each in launched.service.promises}
    samples = [each for metric in VIOLATIONS.collect() for each in metric.samples]
    assert {each.labels["invariant"] for each in samples} == ids
    assert {each.value for each in samples} == {0}


@pytest.mark.parametrize("name", NAMES)
def test_a_look_and_a_check_mean_the_same_by_a_name(name: str) -> None:
    """A gauge per id: two promises under one would hide each other."""
    ids = [each.id for each in (*load(name).promises, *WHILE_RUNNING)]
    assert sorted(ids) == sorted(set(ids))


async def test_gauges_of_the_database_are_right_while_the_bus_is_away(things: Database) -> None:
    """Just then somebody looks at them."""
    away = PostgresBus("postgresql://nobody@127.0.0.1:1/nothing")
    await change(things, "a", "b")
    UNPUBLISHED.clear()
    PARKED.clear()
    await Worker(things, away, consumers=[effects_consumer()]).check()
    assert UNPUBLISHED.labels("things")._value.get() == 2
    parked = [each for metric in PARKED.collect() for each in metric.samples]
    assert {each.labels["reason"] for each in parked} == set(Reason)
