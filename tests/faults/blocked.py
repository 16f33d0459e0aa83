"""A consumer blocks the event loop of its process for 40 s: it answers nobody, so that whoever
supervises it finds out, and starts it again."""

from __future__ import annotations

import time
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field

from tests.faults.experiment import Outcome, Plan, Report, figures, run
from tests.faults.hindrances import BLOCK, BLOCK_SECONDS
from tests.faults.liveness import Liveness, supervised
from tests.faults.separate import Separate, separate_processes
from tests.support.bus import until

_WORKER = "analytics-worker"
_TIMES = 3
_PASSED_SECONDS = 60.0


@dataclass(slots=True)
class Blocks:
    """Blocks the worker of the witness; ``found_out`` is how long each went unnoticed."""

    target: Separate
    liveness: Liveness
    count: int = 0
    found_out: list[float] = field(default_factory=list)

    async def block(self) -> None:
        """Block it, once it is up, and wait until it is killed, or the block is over."""
        trap, killed = self.target.trap, self.liveness.killed
        before = killed[_WORKER]
        await until(lambda: self.liveness.knows(_WORKER), _PASSED_SECONDS)
        trap.set(BLOCK)
        await until(lambda: trap.sprung(BLOCK), _PASSED_SECONDS)
        began = time.monotonic()
        self.count += 1
        with suppress(TimeoutError):
            await until(lambda: killed[_WORKER] > before, BLOCK_SECONDS)
            self.found_out.append(time.monotonic() - began)

    def outcome(self, report: Report) -> Outcome:
        """What came of it."""
        wrong, found = report.findings.all(), len(self.found_out)
        if found < self.count:
            wrong.append(f"{self.count - found} of {self.count} blocks went unnoticed")
        others = self.liveness.killed.total() - found
        if others:
            wrong.append(f"killed though they were well: {dict(self.liveness.killed)}")
        line = (
            f"blocked for {BLOCK_SECONDS:.0f} s {self.count} times, found out by /livez {found}"
            f" times after {figures(self.found_out)} s / others taken for blocked {others}"
        )
        return Outcome(f"{report} / {line}", wrong)


async def blocked(seed: int) -> Outcome:
    """Block a worker of a supervised cluster again and again."""
    async with separate_processes(seed=seed) as target, supervised(target) as liveness:
        blocks = Blocks(target, liveness)
        target.acts["blocked_worker"] = blocks.block
        strikes = ("blocked_worker",) * _TIMES
        plan = Plan(seed, strikes, patience=900, apart=(3.0, 6.0), writes=15, reads=15)
        report = await run(plan, lambda bug: nullcontext(target))
        return blocks.outcome(report)
