"""``python -m tests.faults.soak --minutes 30 --seed 1``: the fault run, for as long as you like."""

from __future__ import annotations

import argparse
import asyncio
import random

from tests.faults.experiment import Plan, run

_ROUNDS_A_MINUTE = 0.7


def main() -> None:
    """Run, print the report, and fail when something was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    parser.add_argument("--writes", type=float, default=30, help="a second")
    parser.add_argument("--reads", type=float, default=70, help="a second")
    parser.add_argument("--bug", default="", help="put in a seeded bug (tests/faults/bugs.py)")
    given = parser.parse_args()
    plan = Plan.mixed(
        given.seed,
        max(1, round(given.minutes * _ROUNDS_A_MINUTE)),
        seconds=given.minutes * 60,
        patience=given.minutes * 120,
        writes=given.writes,
        reads=given.reads,
        bug=given.bug,
    )
    print(f"seed {plan.seed}: {len(plan.strikes)} kills in {given.minutes:g} minutes", flush=True)
    report = asyncio.run(run(plan))
    print(report)
    for finding in (*report.findings.all(), *report.failed_starts):
        print(f"- {finding}")
    raise SystemExit(1 if report.findings.all() else 0)


if __name__ == "__main__":
    main()
