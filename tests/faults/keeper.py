"""Keeps a system running as a supervisor would, and strikes it as fate would."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import Callable, Sequence

from tests.faults.journal import Journal, Kill
from tests.faults.points import POINTS
from tests.faults.target import End, Target

ENOUGH = 12
_LOOK_SECONDS = 0.02
#: One strike in so many does not wait until the system has recovered from the one before.
_HASTY_ONE_IN = 5
#: Of a busy machine too.
_RECOVERY_SECONDS = 120.0


class PointNotReached(AssertionError):
    """No process passed an armed point, so the run shows nothing of it."""


class Keeper:
    """Starts what ended, and strikes by a schedule of what can be hit and of points.

    At a point a process kills itself.
    """

    def __init__(self, target: Target, journal: Journal, chance: random.Random) -> None:
        self.target = target
        self.journal = journal
        self.random = chance
        self.failed_starts: list[str] = []
        self._armed = ""

    async def keep(self, stop: asyncio.Event) -> None:
        """Watch over the processes until ``stop`` is set."""
        starting: dict[str, asyncio.Future[None]] = {}
        while not stop.is_set():
            for end in self.target.ended():
                if end.process not in starting or starting[end.process].done():
                    self._look_at(end)
                    start = self.target.bring_back(end.process)
                    starting[end.process] = asyncio.ensure_future(start)
            await asyncio.sleep(_LOOK_SECONDS)
        await asyncio.gather(*starting.values())

    async def strike_all(
        self, schedule: Sequence[str], patience: float, apart: tuple[float, float]
    ) -> None:
        """Strike as scheduled, at random moments, and see the system recover from the last one.

        ``apart`` is between how many seconds it is left alone after it recovered.

        On a machine so busy that it takes longer than ``patience``, what exceeds `ENOUGH` is left
        out.

        Raises:
            PointNotReached: nothing passed one of the points.
        """
        deadline = time.monotonic() + patience
        for kind in schedule:
            if time.monotonic() > deadline and len(self.journal.kills) >= ENOUGH:
                break
            hasty = self.random.randrange(_HASTY_ONE_IN) == 0
            await self._until(lambda: self.journal.up, 0.3 if hasty else _RECOVERY_SECONDS)
            await asyncio.sleep(self.random.uniform(*apart))
            if kind in POINTS:
                await self._strike_at(kind)
            else:
                await self._strike_surely(kind)
        await self._until(lambda: self.journal.up, _RECOVERY_SECONDS)

    async def _strike_at(self, point: str) -> None:
        self._armed = point
        self.target.trap.set(point)
        if not await self._until(lambda: not self._armed, _RECOVERY_SECONDS):
            self.target.trap.take_away(point)
            raise PointNotReached(f"no process passed {point} in {_RECOVERY_SECONDS:.0f} s")

    async def _strike_surely(self, kind: str) -> None:
        while not await self.strike(kind):  # noqa: ASYNC110 - it was down already, and comes again
            await asyncio.sleep(_LOOK_SECONDS)

    async def strike(self, kind: str) -> bool:
        """Strike; say whether there was anything to hit."""
        at = time.monotonic()
        hit = await self.target.strike(kind)
        if hit:
            self.journal.struck_by(kind, at)
        return hit

    async def _until(self, condition: Callable[[], bool], patience: float) -> bool:
        deadline = time.monotonic() + patience
        while not condition() and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_SECONDS)
        return condition()

    def _look_at(self, end: End) -> None:
        """Who is killed while starting may give up; who is at work must bear it."""
        if end.process in self.target.struck:
            self.target.struck.discard(end.process)
        elif end.code == -signal.SIGKILL and self._armed and self.target.trap.sprung(self._armed):
            self.journal.kills.append(Kill(self._armed, time.monotonic()))
            self._armed = ""
        elif end.code is not None:
            said = f"{end.process}: exit code {end.code}:\n{end.said}"
            if self.journal.last_done > end.at_work:
                self.journal.surprise("kehu ended by itself", said=said)
            else:
                self.failed_starts.append(said)
