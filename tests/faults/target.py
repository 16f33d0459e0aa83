"""Systems under test, as the experiments need them: watched over, struck, and started again."""

from __future__ import annotations

import sys
import time
from collections import Counter
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import httpx

from shared.host.options import Opened
from tests.faults.points import VARIABLE, Trap
from tests.faults.witness import WITNESS
from tests.support.system import System, system_of

LAUNCHER = (sys.executable, "-m", "tests.faults.launcher")


@dataclass(frozen=True, slots=True)
class End:
    """A process that is not there: how it ended (None: it never began), since when it had been at
    work (infinity: it never was) and what it said last."""

    process: str
    code: int | None
    at_work: float
    said: str


class Target(Protocol):
    """What the experiments need. ``struck`` are the processes that we ended, until somebody has
    seen it; ``poisoned`` is how many records that are no events were put on each topic, and
    ``poison`` the ids they bear."""

    trap: Trap
    struck: set[str]
    poisoned: Counter[str]
    poison: set[str]

    def http(self, token: str | None = None, timeout: float = 10) -> httpx.AsyncClient:
        """A client of the system, signed in with a token."""

    def ended(self) -> list[End]:
        """The processes that should be there and are not."""

    async def bring_back(self, process: str) -> None:
        """Start a process again."""

    async def strike(self, kind: str) -> bool:
        """Do the worst to a part; say whether it was there."""

    async def restart(self) -> None:
        """Start the whole system once more, and return when it answers."""

    async def ready(self, patience: float = 120) -> None:
        """Wait until all of it answers."""

    def opened(self) -> AbstractAsyncContextManager[Opened]:
        """The databases and the bus, to be looked into."""

    async def drained(self, patience: float = 60, standstill: float = 15) -> None:
        """Wait until every event is published and applied."""

    async def check(self) -> dict[str, Any]:
        """Check every promise; return the document of ``kehu check``."""

    async def replay_differences(self, read_model: str = "analytics") -> int:
        """Build a read model anew beside the live one; return the rows that differ."""


class OneProcess(System):
    """``kehu up``: one process, and the PostgreSQL it keeps alive."""

    kinds: tuple[str, ...] = ("process", "postgres", "both")

    def __init__(self, folder: Path, *, bug: str = "") -> None:
        self.trap = Trap(folder / "points")
        settings = {"FAULT_BUG": bug, VARIABLE: str(self.trap.folder)}
        super().__init__(folder, command_line=LAUNCHER, settings=settings, consumers=[WITNESS])
        self.struck: set[str] = set()
        self.poisoned: Counter[str] = Counter()
        self.poison: set[str] = set()
        self._launched = 0.0

    def ended(self) -> list[End]:
        """The process, if it is not there."""
        if self.running:
            return []
        return [End("process", self.exit_code, self._launched, self.log_tail())]

    async def bring_back(self, process: str) -> None:
        """Start the process, and do not wait for it."""
        self._launched = time.monotonic()
        self.launch()

    async def strike(self, kind: str) -> bool:
        """Kill the process, PostgreSQL, or both at once."""
        hit = kind != "postgres" and self.kill()
        if hit:
            self.struck.add("process")
        return (kind != "process" and await self.kill_postgres()) or hit

    async def restart(self) -> None:
        """Kill the process and start it."""
        self.kill()
        await self.start()


def one_process(bug: str = "") -> AbstractAsyncContextManager[OneProcess]:
    """``kehu up`` on an empty folder, not started yet, perhaps with a bug in it."""
    return system_of(OneProcess, bug=bug)
