"""Keeps a system running as a supervisor would, and kills it as fate would."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import Callable, Sequence

from tests.faults.journal import Journal, Kill
from tests.faults.points import POINTS
from tests.support.system import System

KINDS = ("process", "postgres", "both")
ENOUGH = 12
_LOOK_SECONDS = 0.02
_UP_SECONDS = (0.2, 2.0)
#: One kill in so many does not wait until the system has recovered from the one before.
_HASTY_ONE_IN = 5
_MOST_PASSES = 25
_RECOVERY_SECONDS = 60.0


class Keeper:
    """Starts the process whenever it ended, and kills it by a schedule of `KINDS` and `POINTS`.

    At a point the process kills itself: it is killed, started with the point armed, and dies there.
    """

    def __init__(self, system: System, journal: Journal, chance: random.Random) -> None:
        self.system = system
        self.journal = journal
        self.random = chance
        self.failed_starts: list[str] = []
        self._killed = False  # by us, and not looked at yet
        self._armed = ""
        self._launched = 0.0

    async def keep(self, stop: asyncio.Event) -> None:
        """Watch over the process until ``stop`` is set."""
        while not stop.is_set():
            if not self.system.running:
                self._look_at_the_end()
                self._launched = time.monotonic()
                self.system.launch(FAULT_POINT=self._armed)
            await asyncio.sleep(_LOOK_SECONDS)

    async def kill_all(self, schedule: Sequence[str], patience: float) -> None:
        """Kill as scheduled, at random moments, and see the system recover from the last one.

        On a machine so busy that it takes longer than ``patience``, what exceeds `ENOUGH` is left
        out.
        """
        deadline = time.monotonic() + patience
        for kind in schedule:
            if time.monotonic() > deadline and len(self.journal.kills) >= ENOUGH:
                break
            hasty = self.random.randrange(_HASTY_ONE_IN) == 0
            await self._until(lambda: self.journal.up, 0.3 if hasty else _RECOVERY_SECONDS)
            await asyncio.sleep(self.random.uniform(*_UP_SECONDS))
            if kind in POINTS:
                await self._kill_at(kind)
            else:
                await self._kill_surely(kind)
        await self._until(lambda: self.journal.up, _RECOVERY_SECONDS)

    async def _kill_at(self, point: str) -> None:
        self._armed = f"{point}:{self.random.randint(1, _MOST_PASSES)}"
        await self._kill_surely("process")
        await self._until(lambda: not self._armed, _RECOVERY_SECONDS)

    async def _kill_surely(self, kind: str) -> None:
        while not await self.kill(kind):  # noqa: ASYNC110 - it was down already, and comes up again
            await asyncio.sleep(_LOOK_SECONDS)

    async def kill(self, kind: str) -> bool:
        """Kill the process, PostgreSQL, or both at once; say whether there was anything to kill."""
        at = time.monotonic()
        killed = False
        if kind != "postgres":
            self._killed = killed = self.system.kill()
        if kind != "process":
            killed = await self.system.kill_postgres() or killed
        if killed:
            self.journal.kills.append(Kill(kind, at))
        return killed

    async def _until(self, condition: Callable[[], bool], patience: float) -> None:
        deadline = time.monotonic() + patience
        while not condition() and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_SECONDS)

    def _look_at_the_end(self) -> None:
        """Who is killed while starting may give up; who is at work must bear it."""
        code = self.system.exit_code
        if code == -signal.SIGKILL and not self._killed:
            self.journal.kills.append(Kill(self._armed.partition(":")[0], time.monotonic()))
            self._armed = ""
        elif code is not None and not self._killed:
            said = f"exit code {code}:\n{self.system.log_tail()}"
            if self.journal.last_done > self._launched:
                self.journal.surprise("kehu ended by itself", said=said)
            else:
                self.failed_starts.append(said)
        self._killed = False
