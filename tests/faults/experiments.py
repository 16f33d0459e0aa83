"""``python -m tests.faults.experiments``: every experiment on the cluster of separate processes,
with Kafka, and on the line to the database; writes ``docs/reliability.md`` with what was seen."""

from __future__ import annotations

import argparse
import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from tests.faults import document
from tests.faults.experiment import Plan, Report, run
from tests.faults.network import (
    Resets,
    Told,
    effects,
    new_customer,
    outages,
    through_a_line,
    write_until,
)
from tests.faults.points import CONSUMER_POINTS, RELAY_POINTS, REQUEST_POINTS
from tests.faults.separate import separate_processes
from tests.support import services
from tests.support.postgres import test_server
from tests.support.services import ServiceUnderTest

SEED = 20261121
_RESETS, _CUTS = 500, 40


@dataclass(frozen=True, slots=True)
class Outcome:
    """The line of the report, and what is wrong."""

    line: str
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Experiment:
    """One row of the document. ``carry_out(seed)`` does it."""

    id: str
    what: str
    carry_out: Callable[[int], Awaitable[Outcome]]


def _strikes(*kinds: str, times: int) -> tuple[str, ...]:
    """Each kind so many times, in turn."""
    return kinds * times


async def _on_the_cluster(strikes: Sequence[str], seed: int, brokers: int = 1) -> Outcome:
    plan = Plan(seed, tuple(strikes), patience=900, writes=15, reads=15)
    report = await run(plan, partial(separate_processes, brokers=brokers, seed=seed))
    return Outcome(str(report), report.findings.all())


async def _mixed(minutes: float, seed: int) -> Outcome:
    report = await soak(minutes, seed)
    return Outcome(str(report), report.findings.all())


async def soak(minutes: float, seed: int, writes: float = 15, reads: float = 30) -> Report:
    """Everything at once, for as long as you like."""
    each = (*REQUEST_POINTS, *RELAY_POINTS, *CONSUMER_POINTS, *_KINDS)
    rounds = max(1, round(minutes / 5))
    plan = Plan.mixed(
        *(seed, rounds, each),
        seconds=minutes * 60,
        patience=minutes * 60,
        writes=writes,
        reads=reads,
    )
    return await run(plan, partial(separate_processes, seed=seed))


async def _resets(seed: int) -> Outcome:
    """Resets at COMMIT, resolved by the key."""
    service = await services.launch(test_server(), "customer")
    try:
        return await _reset(service, seed)
    finally:
        await services.stop(test_server(), service)


async def _reset(launched: ServiceUnderTest, seed: int) -> Outcome:
    began, cutting, told = time.monotonic(), Resets(random.Random(seed)), Told()
    async with through_a_line(launched) as (service, proxy):
        proxy.sent, proxy.answered = cutting.sent, cutting.answered
        async with service.client("sales_manager") as client:
            await write_until(told, client, new_customer, lambda: cutting.count >= _RESETS)
    wrong = told.wrong + await effects(launched, told, events=1)
    line = (
        f"seed {seed} / resets at COMMIT {cutting.count}"
        f" ({cutting.before} before it arrived, {cutting.after} after it was done)"
        f" / seconds {time.monotonic() - began:.0f} / writes {len(told.writes)}"
        f" / replayed {told.replayed} / wrong {len(wrong)} / slowest answer {told.slowest:.1f} s"
    )
    return Outcome(line, wrong)


async def _away(seed: int) -> Outcome:
    """Cuts of the line, refused and silent."""
    launched = await services.launch(test_server(), "customer")
    try:
        async with through_a_line(launched) as (service, proxy):
            seen = await outages(service, proxy, random.Random(seed), _CUTS, seconds=3)
        wrong = seen.wrong + await effects(launched, seen.told, events=1)
    finally:
        await services.stop(test_server(), launched)
    line = (
        f"seed {seed} / cuts {seen.cuts}, refused and silent by turns"
        f" / writes acknowledged {len(seen.told.writes)} / refused with 503 {seen.refused}"
        f" / wrong {len(wrong)} / slowest refusal {seen.slowest_refusal:.1f} s"
        f" / slowest answer {seen.told.slowest:.1f} s"
        f" / recovery {', '.join(f'{each:.1f}' for each in _percentiles(seen.recovered))} s"
        f" / liveness failures {len(seen.dead)}"
    )
    return Outcome(line, wrong)


def _percentiles(values: Sequence[float]) -> list[float]:
    ordered = sorted(values)
    return [ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100], ordered[-1]]


_KINDS = ("api", "worker", "postgres", "broker")
EXPERIMENTS = (
    Experiment(
        "F1",
        "API processes are killed at random, and at named points of a request.",
        partial(_on_the_cluster, (*_strikes("api", times=12), *_strikes(*REQUEST_POINTS, times=2))),
    ),
    Experiment(
        "F2",
        "The relay kills itself at six named points.",
        partial(_on_the_cluster, _strikes(*RELAY_POINTS, times=3)),
    ),
    Experiment(
        "F3",
        "Consumers kill themselves at seven points, from before the inbox to before the position.",
        partial(_on_the_cluster, _strikes(*CONSUMER_POINTS, times=2)),
    ),
    Experiment(
        "F4",
        "PostgreSQL is killed with all its processes.",
        partial(_on_the_cluster, _strikes("postgres", times=6)),
    ),
    Experiment(
        "F5",
        "The broker is killed; its log is kept.",
        partial(_on_the_cluster, _strikes("broker", times=5)),
    ),
    Experiment(
        "F7",
        "Workers and the broker are stopped in their tracks for 25 s each, and go on.",
        partial(_on_the_cluster, _strikes("pause_worker", "pause_broker", times=2)),
    ),
    Experiment("F8", "The line to PostgreSQL is cut again and again: refused, and silent.", _away),
    Experiment("F9", "The line to PostgreSQL is reset at COMMIT.", _resets),
)


async def _carry_out(chosen: Sequence[Experiment], seed: int) -> list[tuple[Experiment, Outcome]]:
    outcomes = []
    for each in chosen:
        print(f"{each.id}: {each.what}", flush=True)
        try:
            outcome = await each.carry_out(seed)
        except Exception as error:
            outcome = Outcome(f"did not come to its end: {error!r}"[:300], [repr(error)[:3000]])
        print(f"  {outcome.line}", flush=True)
        for wrong in outcome.wrong:
            print(f"  - {wrong[:1000]}", flush=True)
        outcomes.append((each, outcome))
    return outcomes


def main() -> None:
    """Carry the experiments out, write the document, and fail when something was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ids", nargs="*", help="experiments; all of them unless named")
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    chosen = [each for each in EXPERIMENTS if not given.ids or each.id in given.ids]
    print(f"seed {given.seed}", flush=True)
    outcomes = asyncio.run(_carry_out(chosen, given.seed))
    document.note({each.id: (each.what, outcome.line) for each, outcome in outcomes})
    raise SystemExit(1 if any(outcome.wrong for _, outcome in outcomes) else 0)


if __name__ == "__main__":
    main()
