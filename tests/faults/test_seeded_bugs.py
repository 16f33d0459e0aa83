"""A harness that has never failed proves nothing: each of these bugs must be caught.

These four are caught by a whole system under kills, cuts and late commits; the others of
``make mutants`` by the tests they name. Two systems run at a time: each leaves a core free.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.faults.experiment import Plan, Report, run

AT_ONCE = 2
PLANS = (
    Plan(1, ("consumer_before_position",), small=True, bug="without_inbox"),
    Plan(2, late_commits=1, small=True, bug="high_water_mark"),
    Plan(3, ("consumer_before_effect",), small=True, bug="position_first"),
    Plan(4, cuts=3, cut_one_in=3, small=True, bug="no_key_stored"),
)

Runs = dict[str, asyncio.Future[Report]]


@pytest.fixture(scope="module")
async def runs() -> AsyncIterator[Runs]:
    """The run with each bug, at work or done."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def in_turn(plan: Plan) -> Report:
        async with turn:
            return await run(plan)

    runs: Runs = {plan.bug: asyncio.ensure_future(in_turn(plan)) for plan in PLANS}
    yield runs
    for each in runs.values():
        each.cancel()
    await asyncio.wait(runs.values())


async def test_an_inbox_that_nobody_asks_is_caught(runs: Runs) -> None:
    """F3: killed between effect and position, the consumer is given the events again."""
    report = await runs["without_inbox"]
    assert "the witness was given an event again" in report.found("duplicates")


async def test_a_relay_with_a_high_water_mark_is_caught(runs: Runs) -> None:
    """F2: what commits after a later event was published is never published."""
    report = await runs["high_water_mark"]
    assert "the witness was not given an event" in report.found("lost")


async def test_a_position_committed_before_the_effect_is_caught(runs: Runs) -> None:
    """F3: killed in between, the consumer is never given the events again."""
    report = await runs["position_first"]
    assert "the witness was not given an event" in report.found("lost")


async def test_an_answer_that_is_not_kept_is_caught(runs: Runs) -> None:
    """F9: the line is cut after the effect, and the same request comes again."""
    report = await runs["no_key_stored"]
    assert "was done 2 times" in report.found("duplicates")
