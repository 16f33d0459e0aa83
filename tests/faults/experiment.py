"""One run: a system under load and import is struck again and again, then audited and reported."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

from tests.faults.audit import Findings, audit
from tests.faults.business import staff_the_load
from tests.faults.importing import Imports
from tests.faults.journal import Journal
from tests.faults.keeper import Keeper
from tests.faults.load import Load
from tests.faults.office import Office
from tests.faults.points import POINTS
from tests.faults.target import OneProcess, Target, one_process
from tests.support.company import Company

_ROUND = (*POINTS, *OneProcess.kinds)

#: Makes a system under test, not started yet, perhaps with a bug in it.
Make = Callable[[str], AbstractAsyncContextManager[Target]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does. The same seed strikes in the same way, as far as a machine repeats itself.

    ``strikes`` are kinds of the target and `POINTS`. The load goes on until they are done (or
    ``patience`` is over, on a busy machine), for ``seconds`` at least, and until so many answers
    were cut off (one in ``cut_one_in``) and so many transactions committed late. ``apart`` is how
    many seconds lie between two strikes. A ``small`` run is about customers alone.
    """

    seed: int
    strikes: tuple[str, ...] = ()
    seconds: float = 0
    patience: float = 180
    apart: tuple[float, float] = (0.2, 2.0)
    cuts: int = 0
    cut_one_in: int = 20
    late_commits: int = 0
    small: bool = False
    writes: float = 30
    reads: float = 30
    bug: str = ""

    @classmethod
    def mixed(cls, seed: int, rounds: int, each: tuple[str, ...] = _ROUND, **more: Any) -> Plan:
        """Each kind and each point once a round, in random order, and PostgreSQL first."""
        chance = random.Random(seed)
        strikes: list[str] = []
        for _ in range(rounds):
            strikes += ["postgres", *chance.sample(each, len(each))]
        return cls(seed, tuple(strikes), **more)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an experiment reports: its line, and what is wrong."""

    line: str
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a run."""

    plan: Plan
    journal: Journal
    findings: Findings
    imported: int
    failed_starts: list[str] = field(default_factory=list)

    def found(self, kind: str) -> str:
        """The findings of a kind."""
        listed: list[str] = getattr(self.findings, kind)
        return "\n".join(listed)

    def __str__(self) -> str:
        journal, found = self.journal, self.findings
        seconds = journal.ended - journal.began
        requests = journal.statuses.total()
        failed = sum(count for status, count in journal.statuses.items() if status[0] == "5")
        recovery = [kill.recovered or float("inf") for kill in journal.kills]
        return " / ".join(
            (
                f"seed {self.plan.seed}",
                journal.struck,
                f"failed starts {len(self.failed_starts)}",
                f"seconds {seconds:.0f}",
                f"req/s {requests / seconds:.0f}",
                f"acknowledged {sum(each.acknowledged for each in journal.writes)}",
                f"unknown {sum(each.call.unknown > 0 for each in journal.writes)}",
                f"imported {self.imported}",
                f"repeated on the bus {journal.repeated}",
                f"lost {len(found.lost)}",
                f"duplicate effects {len(found.duplicates)}",
                f"order gaps {len(found.gaps)}",
                f"violations {len(found.violations)}",
                f"recovery {figures(recovery)} s",
                f"5xx {failed / max(1, requests):.1%}",
            )
        )


async def run(plan: Plan, make: Make = one_process) -> Report:
    """Carry out a plan on a fresh system."""
    async with make(plan.bug) as target:
        await target.restart()
        company = Company(target)
        try:
            return await _run(plan, target, company)
        finally:
            await company.close()


async def _run(plan: Plan, target: Target, company: Company) -> Report:
    load = Load(plan.seed, writes=plan.writes, reads=plan.reads, cut_one_in=plan.cut_one_in)
    office = await Office.open(target, company, small=plan.small)
    imports = Imports(office)
    keeper = Keeper(target, load.journal, random.Random(plan.seed))
    over = asyncio.Event()
    load.journal.began = time.monotonic()
    keeping = asyncio.ensure_future(keeper.keep(over))
    working = [asyncio.ensure_future(each) for each in staff_the_load(load, office)]
    if not plan.small:
        working.append(asyncio.ensure_future(imports.go_on(load)))
    try:
        await asyncio.gather(
            asyncio.sleep(plan.seconds),
            keeper.strike_all(plan.strikes, plan.patience, plan.apart),
            load.until(cuts=plan.cuts, late_commits=plan.late_commits),
        )
    finally:
        load.stop.set()
        await asyncio.wait(working)
        load.journal.ended = time.monotonic()
        over.set()
        await keeping
    for each in working:
        each.result()
    await (target.ready() if plan.bug else target.restart())
    patience, thorough = (20, False) if plan.bug else (120, True)
    findings = await audit(target, load.journal, imports, patience=patience, thorough=thorough)
    return Report(plan, load.journal, findings, imports.rows, keeper.failed_starts)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which a share of sorted values lies."""
    return values[min(int(len(values) * share), len(values) - 1)]


def figures(values: Iterable[float]) -> str:
    """Median, 99th percentile and greatest of what was measured."""
    ordered = sorted(values) or [0.0]
    shown = (percentile(ordered, 0.5), percentile(ordered, 0.99), ordered[-1])
    return ", ".join(f"{each:.1f}" for each in shown)
