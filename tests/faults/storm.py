"""Workers join and leave without end, so that the groups are never settled; then a consumer hangs,
and the watchdog of its worker finds it."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field

from shared.service import NAMES
from tests.faults.experiment import Outcome, Plan, Report, run
from tests.faults.gauges import metric
from tests.faults.hindrances import HANG
from tests.faults.separate import Separate, separate_processes
from tests.faults.witness import WITNESS
from tests.support.bus import until
from tests.support.cluster.parts import Program

_EVERY_SECONDS, _STORM_SECONDS = 3.0, 120.0
_STOP_SECONDS = 25.0
#: Longer than the watchdog waits, and than it takes until it looks.
_PATIENCE_SECONDS = 120.0
_LOOK_SECONDS = 0.2
_RESTARTS = "crm_component_restarts_total"
#: What must not end a session: a member learns of it that the partition is another's by now.
_COMMIT_ERRORS = ("CommitFailed", "IllegalState", "IllegalGeneration", "RebalanceInProgress")


@dataclass(slots=True)
class Storm:
    """Has second workers of all services join and leave; ``wrong`` is what became of them."""

    target: Separate
    chance: random.Random
    joined: int = 0
    left: int = 0
    killed: int = 0
    restarts: float = 0.0
    found_out: float = 0.0
    wrong: list[str] = field(default_factory=list)

    async def rage(self) -> None:
        """Every few seconds one worker joins, or one leaves: in good order, or by being killed."""
        over = time.monotonic() + _STORM_SECONDS
        guests: dict[str, Program] = {}
        leaving: list[asyncio.Task[None]] = []
        while time.monotonic() < over:
            name = self.chance.choice(NAMES)
            if guest := guests.pop(name, None):
                leaving.append(asyncio.ensure_future(self._leave(guest)))
            else:
                guests[name] = self.target.cluster.programs.another_worker(name)
                await guests[name].start()
                self.joined += 1
            await asyncio.sleep(_EVERY_SECONDS)
        await asyncio.gather(*leaving, *(self._leave(each) for each in guests.values()))
        for name in NAMES:
            self.restarts += await metric(self.target, f"{name}-worker", _RESTARTS)

    async def _leave(self, guest: Program) -> None:
        if not guest.running:
            self.wrong.append(f"{guest.name} ended by itself with {guest.exit_code}")
            return
        self.left += 1
        if self.chance.random() < 0.3:
            self.killed += await guest.kill()
        elif not await guest.stop(_STOP_SECONDS):
            self.wrong.append(f"{guest.name} did not stop in {_STOP_SECONDS:.0f} s")
        elif guest.exit_code not in (0, -signal.SIGTERM):  # the latter while it is starting
            self.wrong.append(f"{guest.name} ended with {guest.exit_code}")

    async def hang(self) -> None:
        """Have the witness hang, and wait until it is restarted within its worker."""
        worker, component = "analytics-worker", f"analytics.{WITNESS.name}"
        before = await metric(self.target, worker, _RESTARTS, component=component)
        self.target.trap.set(HANG)
        await until(lambda: self.target.trap.sprung(HANG), _PATIENCE_SECONDS)
        began = time.monotonic()
        while await metric(self.target, worker, _RESTARTS, component=component) == before:
            if time.monotonic() - began > _PATIENCE_SECONDS:
                self.wrong.append("a consumer that hangs is not found out")
                return
            await asyncio.sleep(_LOOK_SECONDS)
        self.found_out = time.monotonic() - began

    def _ended_sessions(self) -> Iterator[str]:
        """What the workers said about sessions that a commit ended."""
        for log in sorted((self.target.cluster.folder / "logs").glob("*-worker*.log")):
            for line in log.read_text(errors="replace").splitlines():
                if "session lost" in line and any(each in line for each in _COMMIT_ERRORS):
                    yield line

    def outcome(self, report: Report) -> Outcome:
        """What came of it."""
        wrong = report.findings.all() + self.wrong
        if self.restarts:
            wrong.append(f"parts of workers were restarted {self.restarts:.0f} times in the storm")
        ended = list(self._ended_sessions())
        wrong += [f"a commit error ended a session: {each}" for each in ended]
        line = (
            f"in {_STORM_SECONDS:.0f} s {self.joined} workers joined and {self.left} left,"
            f" {self.killed} of them killed / sessions ended by a commit {len(ended)}"
            f" / parts restarted {self.restarts:.0f}"
            f" / a hung consumer found out after {self.found_out:.0f} s"
        )
        return Outcome(f"{report} / {line}", wrong)


async def rebalance(seed: int) -> Outcome:
    """Have workers of a cluster join and leave under load."""
    async with separate_processes(seed=seed) as target:
        storm = Storm(target, random.Random(seed))
        target.acts |= {"storm": storm.rage, "hung_consumer": storm.hang}
        strikes = ("storm", "hung_consumer")
        plan = Plan(seed, strikes, patience=900, apart=(1.0, 2.0), writes=15, reads=15)
        report = await run(plan, lambda bug: nullcontext(target))
        return storm.outcome(report)
