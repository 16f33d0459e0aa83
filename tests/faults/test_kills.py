"""Kehu under load, killed again and again: what was acknowledged is there, once."""

from __future__ import annotations

import os
import random

import pytest

from tests.faults.experiment import Plan, run


@pytest.mark.timeout(600)
async def test_nothing_acknowledged_is_lost_and_nothing_is_done_twice(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Processes and PostgreSQL die at random and at the worst moments. ``FAULT_SEED`` repeats."""
    seed = int(os.environ.get("FAULT_SEED") or random.randrange(10_000))
    with capsys.disabled():
        print(f"\nfaults: seed {seed}", flush=True)
        plan = Plan.mixed(seed, 1, patience=60, apart=(0.1, 1.0), late_commits=2, cuts=5)
        report = await run(plan)
        print(report)
    assert report.findings.all() == []
    kinds = {kill.kind for kill in report.journal.kills}
    assert len(report.journal.kills) >= 10
    assert len(kinds) >= 8
    assert "postgres" in kinds
