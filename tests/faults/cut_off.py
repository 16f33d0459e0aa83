"""The line between all programs and the broker is cut, refused and silent by turns.

Events wait in the outboxes meanwhile, and writes are acknowledged as ever. What was pressed into
a silent line arrives when it is mended, long after it was sent again by another way.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import cycle

from shared.embedded.state import HOST
from tests.faults.experiment import Outcome, Plan, Report, figures, run
from tests.faults.gauges import newest, waiting
from tests.faults.separate import Separate, separate_processes
from tests.support.proxy import Proxy, proxied

#: Some shorter than any client waits, some longer than the relay does.
_REFUSED, _SILENT = (2.0, 12.0, 5.0, 25.0), (3.0, 35.0, 12.0, 6.0)
_CUTS = ("refused_line", "silent_line") * 4
_PATIENCE_SECONDS = 90.0
_LOOK_SECONDS = 0.1


@dataclass(slots=True)
class Line:
    """Cuts the line to the broker. Of each cut: when it began and ended, how many events waited at
    its end, and how long it took then until they were published."""

    target: Separate
    proxy: Proxy
    cuts: list[tuple[float, float]] = field(default_factory=list)
    held_up: list[int] = field(default_factory=list)
    recovered: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        refused, silent = cycle(_REFUSED), cycle(_SILENT)
        self.target.acts["refused_line"] = lambda: self._cut(self.proxy.refuse, next(refused))
        self.target.acts["silent_line"] = lambda: self._cut(self.proxy.fall_silent, next(silent))

    async def _cut(self, cut: Callable[[], Awaitable[None]], seconds: float) -> None:
        async with self.target.opened() as here:  # while there is a line
            began = time.monotonic()
            await cut()
            await asyncio.sleep(seconds)
            places = await newest(here)
            self.held_up.append(await waiting(here, places))
            mended = time.monotonic()
            self.cuts.append((began, mended))
            await self.proxy.mend()
            while await waiting(here, places):
                if time.monotonic() - mended > _PATIENCE_SECONDS:
                    break  # the audit will tell what was never published
                await asyncio.sleep(_LOOK_SECONDS)
            self.recovered.append(time.monotonic() - mended)

    def outcome(self, report: Report) -> Outcome:
        """What came of the cuts."""
        meanwhile = [
            [took for sent, took in report.journal.done if began < sent < ended - took]
            for began, ended in self.cuts
        ]
        wrong = report.findings.all()
        wrong += ["no write was acknowledged during a cut" for each in meanwhile if not each]
        wrong += ["a cut held up nothing" for each in self.held_up if not each]
        every = [took for each in meanwhile for took in each]
        line = (
            f"seconds cut off {sum(ended - began for began, ended in self.cuts):.0f}"
            f" / acknowledged meanwhile {len(every)}, within {figures(every)} s"
            f" / events held up {max(self.held_up)} at most"
            f" / all published after {figures(self.recovered)} s"
        )
        return Outcome(f"{report} / {line}", wrong)


async def cut_off(seed: int) -> Outcome:
    """Cut the line of a cluster to its broker again and again."""
    async with separate_processes(seed=seed) as target:
        kafka = target.cluster.kafka
        assert kafka is not None
        async with proxied(HOST, kafka.port()) as proxy:
            kafka.advertise(proxy.port)
            line = Line(target, proxy)
            plan = Plan(seed, _CUTS, patience=900, apart=(1.0, 4.0), writes=15, reads=15)
            report = await run(plan, lambda bug: nullcontext(target))
        return line.outcome(report)
