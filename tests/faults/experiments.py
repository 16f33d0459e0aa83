"""``python -m tests.faults.experiments``: every experiment on the cluster of separate processes,
with Kafka, and on the line to the database; writes ``docs/reliability.md`` with what was seen."""

from __future__ import annotations

import argparse
import asyncio
import random
import time
import traceback
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from shared.logging import configure
from tests.faults import document
from tests.faults.backlog import fall_behind
from tests.faults.blocked import blocked
from tests.faults.crowd import crowded, overloaded
from tests.faults.cut_off import cut_off
from tests.faults.experiment import Outcome, Plan, Report, figures, run
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
from tests.faults.releases import released
from tests.faults.separate import separate_processes
from tests.faults.storm import rebalance
from tests.support import services
from tests.support.postgres import test_server
from tests.support.services import ServiceUnderTest

SEED = 20261121
_RESETS, _CUTS = 500, 40
#: Long enough that workers and brokers, for whom no client waits, are at work again.
_APART = (2.0, 8.0)


@dataclass(frozen=True, slots=True)
class Experiment:
    """One part of the document: strikes on the cluster, in so many rounds, or something else."""

    id: str
    what: str
    strikes: tuple[str, ...] = ()
    rounds: int = 1
    otherwise: Callable[[int], Awaitable[Outcome]] | None = None

    async def carry_out(self, seed: int, rounds: int | None) -> Outcome:
        """Do it, and look at what came of it."""
        if self.otherwise is not None:
            return await self.otherwise(seed)
        strikes = self.strikes * (rounds or self.rounds)
        plan = Plan(seed, strikes, patience=900, apart=_APART, writes=15, reads=15)
        report = await run(plan, partial(separate_processes, seed=seed))
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
        f" / recovery {figures(seen.recovered)} s"
        f" / liveness failures {len(seen.dead)}"
    )
    return Outcome(line, wrong)


_KINDS = ("api", "worker", "postgres", "broker")
EXPERIMENTS = (
    Experiment(
        "F1",
        "API processes are killed at random, and at named points of a request.",
        ("api", "api", "request_before_commit", "api", "request_before_answer"),
        rounds=3,
    ),
    Experiment("F2", "The relay kills itself at six named points.", tuple(RELAY_POINTS), rounds=3),
    Experiment(
        "F3",
        "Consumers kill themselves at seven points, from before the inbox to before the position.",
        tuple(CONSUMER_POINTS),
        rounds=3,
    ),
    Experiment("F4", "PostgreSQL is killed with all its processes.", ("postgres",), rounds=6),
    Experiment("F5", "The broker is killed; its log is kept.", ("broker",), rounds=5),
    Experiment(
        "F5-lost",
        "The broker is killed and its log is gone; `kehu republish` fills it from the outboxes.",
        ("api", "lost_log", "broker"),
    ),
    Experiment(
        "F7",
        "Workers and the broker are stopped in their tracks for 25 s each, and go on.",
        ("pause_worker", "pause_broker"),
        rounds=2,
    ),
    Experiment(
        "F8", "The line to PostgreSQL is cut again and again: refused, and silent.", otherwise=_away
    ),
    Experiment(
        "F8-kafka",
        "The line to the broker is cut: refused, and silent, for 2 to 35 s.",
        otherwise=cut_off,
    ),
    Experiment("F9", "The line to PostgreSQL is reset at COMMIT.", otherwise=_resets),
    Experiment(
        "F13",
        "A consumer needs 20 ms for each event, falls behind, and catches up.",
        otherwise=fall_behind,
    ),
    Experiment(
        "F14",
        "Records that are no events are put on topics; each is parked, and nothing else is.",
        ("poison", "worker"),
        rounds=3,
    ),
    Experiment("F15", "Two hundred slow requests want ten connections.", otherwise=crowded),
    Experiment("F16", "A process is asked five times what it can answer.", otherwise=overloaded),
    Experiment(
        "F17",
        "Each process is asked to stop in its turn, and started again, under load.",
        ("roll",),
    ),
    Experiment(
        "F20",
        "Every event is published again, while workers are killed.",
        ("again", "worker"),
        rounds=3,
    ),
    Experiment(
        "F21",
        "Workers join and leave every 3 s; afterwards a consumer hangs.",
        otherwise=rebalance,
    ),
    Experiment(
        "F22",
        "A consumer blocks the event loop of its process for 40 s.",
        otherwise=blocked,
    ),
    Experiment(
        "F23",
        "Today's consumers are given every event that was ever published, and those of a later"
        " release.",
        otherwise=released,
    ),
)


async def _carry_out(chosen: Sequence[Experiment], seed: int, rounds: int | None) -> bool:
    """Carry experiments out and note what they showed; say whether all is well."""
    well = True
    for each in chosen:
        print(f"{datetime.now():%H:%M:%S} {each.id}: {each.what}", flush=True)
        try:
            outcome = await each.carry_out(seed, rounds)
        except Exception as error:
            well = False
            print(f"  did not come to its end: {traceback.format_exception(error)}", flush=True)
            continue
        print(f"  {outcome.line}", flush=True)
        for wrong in outcome.wrong:
            print(f"  - {wrong[:1000]}", flush=True)
        well = well and not outcome.wrong
        document.note(each.id, each.what, outcome.line)
    return well


def main() -> None:
    """Carry the experiments out, write the document, and fail when something was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ids", nargs="*", help="experiments, in this order; all unless named")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--rounds", type=int, help="of strikes; each has its own number")
    given = parser.parse_args()
    configure("warning")
    by_id = {each.id: each for each in EXPERIMENTS}
    print(f"seed {given.seed}", flush=True)
    chosen = [by_id[name] for name in given.ids or by_id]
    well = asyncio.run(_carry_out(chosen, given.seed, given.rounds))
    raise SystemExit(0 if well else 1)


if __name__ == "__main__":
    main()
