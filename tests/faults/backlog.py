"""A consumer needs 20 ms for each event, and so falls behind: who produces must not notice it, the
lag must be told as it is, and afterwards the consumer catches up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial

from services.analytics.consumers import NAME
from shared.host.options import Opened
from tests.faults.experiment import Outcome, Plan, Report, percentile, run
from tests.faults.gauges import applied, memory, metric, published
from tests.faults.hindrances import SLOW, SLOW_SECONDS
from tests.faults.separate import Separate, separate_processes

_SERVICE, _WORKER = "analytics", "analytics-worker"
#: The workers whose relays publish what the slow consumer does not take.
_PRODUCERS = ("customer-worker", "opportunity-worker", "order-worker")
_BACKLOG = 20_000
#: How many are always on their way while the load goes on.
_FEW = 500
_WARM_UP_SECONDS, _BEFORE_SECONDS, _PATIENCE_SECONDS = 10.0, 25.0, 180.0
_LOOK_SECONDS = 1.0
#: So many looks before a sample may it have been taken.
_AROUND = 8
#: A relay holds one batch at a time: what it needs does not depend on what others have not read.
_FLAT_MIB = 32
#: Two cores do all of it, so that the figures of one half minute differ from those of the next.
_UNAFFECTED, _NOISE_SECONDS = 2.0, 0.1


@dataclass(slots=True)
class Backlog:
    """Slows the consumer down until so many events wait, and lets it catch up; looks meanwhile."""

    target: Separate
    before: tuple[float, float] = (0.0, 0.0)
    during: tuple[float, float] = (0.0, 0.0)
    grown: dict[str, int] = field(default_factory=dict)  # MiB, by worker
    held: int = 0  # MiB of the slow worker at last
    counted: list[int] = field(default_factory=list)
    behind: int = 0
    told: float = 0.0
    caught_up: float = 0.0  # events a second
    restarts: float = 0.0
    left: int = 0

    async def build_up(self) -> None:
        """What the experiment does."""
        async with self.target.opened() as here:
            await asyncio.sleep(_WARM_UP_SECONDS)
            self.before = await self._window(asyncio.sleep(_BEFORE_SECONDS))
            held = {name: memory(self.target, name) for name in _PRODUCERS}
            self.target.trap.set(SLOW)
            self.during = await self._window(self._until_behind(here))
            self.grown = {name: memory(self.target, name) - held[name] for name in _PRODUCERS}
            self.held = memory(self.target, _WORKER)
            await self._compare(here)
            self.target.trap.take_away(SLOW)
            await self._catch_up(here)
            restarts = partial(metric, self.target, _WORKER, "crm_component_restarts_total")
            self.restarts = await restarts(component=f"{_SERVICE}.{NAME}")

    async def _window(self, meanwhile: Awaitable[None]) -> tuple[float, float]:
        began = time.monotonic()
        await meanwhile
        return began, time.monotonic()

    async def _until_behind(self, here: Opened) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while self.behind < _BACKLOG and time.monotonic() < deadline:
            await asyncio.sleep(_LOOK_SECONDS)
            self.behind = await _behind(here)

    async def _compare(self, here: Opened) -> None:
        """A lag that is told anew was sampled a moment ago; it is counted before and after."""
        lag = partial(metric, self.target, _WORKER, "crm_consumer_lag", consumer=NAME)
        before = self.told = await lag()
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while self.told == before and time.monotonic() < deadline:
            self.counted = [*self.counted[-_AROUND:], await _behind(here)]
            await asyncio.sleep(_LOOK_SECONDS / 4)
            self.told = await lag()
        self.counted.append(await _behind(here))

    async def _catch_up(self, here: Opened) -> None:
        began, had = time.monotonic(), await applied(here, _SERVICE, NAME)
        self.left = await _behind(here)
        while self.left > _FEW and time.monotonic() < began + _PATIENCE_SECONDS:
            await asyncio.sleep(_LOOK_SECONDS / 4)
            self.left = await _behind(here)
        done = await applied(here, _SERVICE, NAME) - had
        self.caught_up = done / (time.monotonic() - began)

    def outcome(self, report: Report) -> Outcome:
        """What came of it."""
        before, during = (self._p99(report, *each) for each in (self.before, self.during))
        grown = max(self.grown.values())
        low, high = min(self.counted), max(self.counted)
        wrong = report.findings.all()
        if self.behind < _BACKLOG:
            wrong.append(f"the backlog was {self.behind} events, and not {_BACKLOG}")
        if not low <= self.told <= high:
            wrong.append(f"{self.told:.0f} events behind as told, {low} to {high} as counted")
        if during > _UNAFFECTED * before + _NOISE_SECONDS:
            wrong.append(f"writes took {during:.2f} s (p99), and {before:.2f} s before")
        if grown > _FLAT_MIB:
            wrong.append(f"a relay's memory grew by {self.grown} MiB")
        if self.restarts:
            wrong.append(f"the slow consumer was taken for a stuck one {self.restarts:.0f} times")
        if self.left > _FEW:
            wrong.append(f"the consumer is still {self.left} events behind")
        line = (
            f"{SLOW_SECONDS * 1000:.0f} ms an event for {self.during[1] - self.during[0]:.0f} s"
            f" / backlog {self.behind} / lag as told {self.told:.0f}, as counted {low} to {high}"
            f" / writes p99 {before:.2f} s before, {during:.2f} s during"
            f" / relay memory grew by {grown} MiB at most, slow worker {self.held} MiB"
            f" / caught up at {self.caught_up:.0f} events/s"
        )
        return Outcome(f"{report} / {line}", wrong)

    def _p99(self, report: Report, began: float, ended: float) -> float:
        took = sorted(took for sent, took in report.journal.done if began < sent < ended)
        return percentile(took, 0.99) if took else float("inf")


async def _behind(here: Opened) -> int:
    """How many events are on the bus that the consumer has not applied, counted in the databases:
    it is given every event of ours, and nothing is published twice."""
    done = await applied(here, _SERVICE, NAME)
    return await published(here) - done


async def fall_behind(seed: int) -> Outcome:
    """Slow a consumer of a cluster down under load and import."""
    async with separate_processes(seed=seed) as target:
        backlog = Backlog(target)
        target.acts["slow_consumer"] = backlog.build_up
        plan = Plan(seed, ("slow_consumer",), patience=900, apart=(0.0, 0.0), writes=15, reads=15)
        report = await run(plan, lambda bug: nullcontext(target))
        return backlog.outcome(report)
