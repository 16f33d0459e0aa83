"""``python -m tests.faults.soak --minutes 30 --seed 1``: the fault run, for as long as you like.

On the cluster of separate processes with Kafka, or with ``--one-process`` on ``kehu up``.
"""

from __future__ import annotations

import argparse
import asyncio
import random

from tests.faults import document
from tests.faults.experiment import Plan, Report, run
from tests.faults.experiments import soak

_ROUNDS_A_MINUTE = 0.5


def main() -> None:
    """Run, print the report, and fail when something was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    parser.add_argument("--writes", type=float, default=15, help="a second")
    parser.add_argument("--reads", type=float, default=30, help="a second")
    parser.add_argument("--one-process", action="store_true")
    parser.add_argument("--bug", default="", help="put in a seeded bug (tests/faults/bugs.py)")
    given = parser.parse_args()
    print(f"seed {given.seed}, {given.minutes:g} minutes", flush=True)
    report = asyncio.run(_one_process(given) if given.one_process else _separate(given))
    print(report)
    for finding in (*report.findings.all(), *report.failed_starts):
        print(f"- {finding}")
    if not given.one_process:
        what = f"Everything at once, for {given.minutes:g} minutes."
        document.note("F6", what, str(report))
    raise SystemExit(1 if report.findings.all() else 0)


async def _separate(given: argparse.Namespace) -> Report:
    return await soak(given.minutes, given.seed, given.writes, given.reads)


async def _one_process(given: argparse.Namespace) -> Report:
    plan = Plan.mixed(
        given.seed,
        max(1, round(given.minutes * _ROUNDS_A_MINUTE)),
        seconds=given.minutes * 60,
        patience=given.minutes * 120,
        writes=given.writes,
        reads=given.reads,
        bug=given.bug,
    )
    return await run(plan)


if __name__ == "__main__":
    main()
