"""Kehu as separate processes on Kafka, under load: whatever dies or stands still, what was
acknowledged is there, once."""

from __future__ import annotations

import os
import random
from functools import partial

import pytest

from tests.faults.experiment import Plan, run
from tests.faults.points import CONSUMER_POINTS, RELAY_POINTS, REQUEST_POINTS
from tests.faults.separate import separate_processes

#: Longer than a group waits for a member that says nothing: it wakes as one that was given up.
PAUSE_SECONDS = 12.0
SURELY = {"api", "worker", "postgres", "broker", "pause_worker"}


def mixed(seed: int) -> tuple[str, ...]:
    """Each kind, and some of the points, in random order."""
    chance = random.Random(seed)
    points = [
        *chance.sample(sorted(REQUEST_POINTS), 1),
        *chance.sample(sorted(RELAY_POINTS), 2),
        *chance.sample(sorted(CONSUMER_POINTS), 2),
    ]
    others = [*sorted(SURELY), "broker", "worker", *points]
    return tuple(chance.sample(others, len(others)))


@pytest.mark.timeout(900)
async def test_nothing_acknowledged_is_lost_on_kafka_and_nothing_is_done_twice(
    kafka_jars: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """F1 to F5, F7: programs, PostgreSQL and the broker die, a worker wakes from a long sleep.
    ``FAULT_SEED`` repeats."""
    seed = int(os.environ.get("FAULT_SEED") or random.randrange(10_000))
    plan = Plan(seed, mixed(seed), apart=(0.3, 2.0), writes=15, reads=15)
    with capsys.disabled():
        print(f"\nfaults on Kafka: seed {seed}", flush=True)
        report = await run(plan, partial(separate_processes, seed=seed, pause=PAUSE_SECONDS))
        print(report)
    assert report.findings.all() == []
    kinds = {kill.kind for kill in report.journal.kills}
    assert len(report.journal.kills) >= 10
    assert len(kinds) >= 8
    assert kinds >= SURELY
