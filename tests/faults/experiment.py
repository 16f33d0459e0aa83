"""One run: a system under load and import is killed again and again, then audited and reported."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.faults.audit import Findings, audit
from tests.faults.business import staff_the_load
from tests.faults.importing import Imports
from tests.faults.journal import Journal
from tests.faults.keeper import KINDS, Keeper
from tests.faults.load import Load
from tests.faults.office import Office
from tests.faults.points import POINTS
from tests.faults.witness import WITNESS
from tests.support.company import Company
from tests.support.system import System, new_system

_ROUND = (*POINTS, *KINDS)
_LAUNCHER = (sys.executable, "-m", "tests.faults.launcher")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does. The same seed kills in the same way, as far as a machine repeats itself.

    ``kills`` are of `KINDS` and `POINTS`. The load goes on until they are done (or ``patience`` is
    over, on a busy machine), for ``seconds`` at least, and until so many answers were cut off and
    so many transactions committed late. A ``small`` run is about customers alone.
    """

    seed: int
    kills: tuple[str, ...] = ()
    seconds: float = 0
    patience: float = 180
    cuts: int = 0
    late_commits: int = 0
    small: bool = False
    writes: float = 30
    reads: float = 30
    bug: str = ""

    @classmethod
    def mixed(cls, seed: int, rounds: int, **more: Any) -> Plan:
        """Each kind and each point once a round, in random order, and PostgreSQL first."""
        chance = random.Random(seed)
        kills: list[str] = []
        for _ in range(rounds):
            kills += ["postgres", *chance.sample(_ROUND, len(_ROUND))]
        return cls(seed, tuple(kills), **more)


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a run."""

    plan: Plan
    journal: Journal
    findings: Findings
    imported: int
    failed_starts: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        journal, found = self.journal, self.findings
        seconds = journal.ended - journal.began
        requests = journal.statuses.total()
        failed = sum(count for status, count in journal.statuses.items() if status[0] == "5")
        recovery = sorted(kill.recovered or float("inf") for kill in journal.kills) or [0.0]
        shown = [_percentile(recovery, 0.5), _percentile(recovery, 0.99), recovery[-1]]
        return " / ".join(
            (
                f"seed {self.plan.seed}",
                f"kills {len(journal.kills)}",
                f"failed starts {len(self.failed_starts)}",
                f"seconds {seconds:.0f}",
                f"req/s {requests / seconds:.0f}",
                f"acknowledged {sum(each.acknowledged for each in journal.writes)}",
                f"unknown {sum(each.call.unknown > 0 for each in journal.writes)}",
                f"imported {self.imported}",
                f"lost {len(found.lost)}",
                f"duplicate effects {len(found.duplicates)}",
                f"order gaps {len(found.gaps)}",
                f"violations {len(found.violations)}",
                f"recovery {', '.join(f'{each:.1f}' for each in shown)} s",
                f"5xx {failed / max(1, requests):.1%}",
            )
        )


@asynccontextmanager
async def system_under_test(bug: str = "") -> AsyncIterator[System]:
    """A started system with the witness, on an empty folder, perhaps with a bug in it."""
    settings = {"FAULT_BUG": bug}
    async with new_system(command_line=_LAUNCHER, settings=settings, consumers=[WITNESS]) as system:
        await system.start()
        yield system


async def run(plan: Plan) -> Report:
    """Carry out a plan."""
    async with system_under_test(plan.bug) as system:
        company = Company(system)
        try:
            return await _run(plan, system, company)
        finally:
            await company.close()


async def _run(plan: Plan, system: System, company: Company) -> Report:
    load = Load(plan.seed, writes=plan.writes, reads=plan.reads)
    office = await Office.open(system, company, small=plan.small)
    imports = Imports(office)
    keeper = Keeper(system, load.journal, random.Random(plan.seed))
    over = asyncio.Event()
    load.journal.began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        keeping = group.create_task(keeper.keep(over))
        working = [group.create_task(each) for each in staff_the_load(load, office)]
        if not plan.small:
            working.append(group.create_task(imports.go_on(load)))
        await asyncio.gather(
            asyncio.sleep(plan.seconds),
            keeper.kill_all(plan.kills, plan.patience),
            load.until(cuts=plan.cuts, late_commits=plan.late_commits),
        )
        load.stop.set()
        await asyncio.wait(working)
        load.journal.ended = time.monotonic()
        over.set()
        await keeping
    system.kill()
    await system.start()
    patience, thorough = (20, False) if plan.bug else (120, True)
    findings = await audit(system, load.journal, imports, patience=patience, thorough=thorough)
    return Report(plan, load.journal, findings, imports.rows, keeper.failed_starts)


def _percentile(values: list[float], share: float) -> float:
    return values[min(int(len(values) * share), len(values) - 1)]
