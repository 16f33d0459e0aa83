"""The cluster of separate processes as a system under test: each part may be killed or paused."""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from math import inf
from pathlib import Path
from typing import Any

import httpx

from shared.embedded import EmbeddedPostgresError
from shared.host.options import Opened
from shared.service import NAMES
from tests.faults.points import VARIABLE, Trap
from tests.faults.target import LAUNCHER, End
from tests.faults.witness import WITNESS
from tests.support.cluster.cluster import Cluster
from tests.support.cluster.own import new_cluster
from tests.support.cluster.parts import Program
from tests.support.kafka.errors import KafkaError

#: Longer than a group waits for a member that says nothing, and than a lock's session lives on.
PAUSE_SECONDS = 25.0
_LOOK_SECONDS = 0.2


class Separate:
    """A cluster that the experiments watch over; ``chance`` picks one of several alike."""

    kinds: tuple[str, ...] = ("api", "worker", "postgres", "broker", "pause_worker", "pause_broker")

    def __init__(self, cluster: Cluster, trap: Trap, chance: random.Random) -> None:
        self.cluster = cluster
        self.trap = trap
        self.chance = chance
        self._at_work: dict[str, float] = {}
        self._waiting: dict[str, asyncio.Task[None]] = {}

    def http(self, token: str | None = None, timeout: float = 10) -> httpx.AsyncClient:
        """A client of the ingress, signed in with a token."""
        return self.cluster.http(token, timeout)

    def ended(self) -> list[End]:
        """The parts that should be there and are not."""
        return [
            End(name, self._code(name), self._at_work.get(name, inf), self.cluster.log_tail(name))
            for name, part in self.cluster.parts.items()
            if name not in self.cluster.held and not part.running
        ]

    async def bring_back(self, process: str) -> None:
        """Start a part again; what does not start is tried again by whoever looks."""
        if process in self._waiting:
            self._waiting[process].cancel()
        self._at_work.pop(process, None)
        with suppress(EmbeddedPostgresError, KafkaError):
            await self.cluster.parts[process].start()
        if process in self.cluster.programs.ports:
            self._waiting[process] = asyncio.ensure_future(self._see_it_at_work(process))

    async def strike(self, kind: str) -> Collection[str]:
        """Kill a part of the kind, or stop it in its tracks for a while."""
        verb, _, of = kind.rpartition("_")
        name = self._one(of)
        if verb == "pause":
            if not self.cluster.pause(name):
                return ()
            await self._resume_later(name)
            return (f"paused {name}",)
        return (name,) if await self.cluster.kill(name) else ()

    async def restart(self) -> None:
        """Start everything; later kill and start all programs."""
        if not self.cluster.parts:
            await self.cluster.start()
            self._at_work = dict.fromkeys(self.cluster.programs.ports, time.monotonic())
            return
        for each in self._waiting.values():
            each.cancel()
        for name in self.cluster.programs.ports:
            await self.cluster.kill(name)
        for part in self.cluster.parts.values():
            await part.start()
        await self.cluster.ready()

    async def ready(self, patience: float = 120) -> None:
        """Wait until every process says that it is ready."""
        await self.cluster.ready(patience)

    def opened(self) -> AbstractAsyncContextManager[Opened]:
        """The databases and the bus, to be looked into."""
        return self.cluster.opened()

    async def drained(self, patience: float = 60, standstill: float = 15) -> None:
        """Wait until every event is published and applied; a group needs a while to form anew."""
        await self.cluster.drained(patience, max(standstill, 60))

    async def check(self) -> dict[str, Any]:
        """Check every promise."""
        return await self.cluster.check()

    async def replay_differences(self, read_model: str = "analytics") -> int:
        """Build a read model anew beside the live one; return the rows that differ."""
        return await self.cluster.replay_differences(read_model)

    def _one(self, of: str) -> str:
        """One of several parts that are alike."""
        if of in ("api", "worker"):
            return f"{self.chance.choice(NAMES)}-{of}"
        if of == "broker":
            return self.chance.choice([name for name in self.cluster.parts if "kafka" in name])
        return of

    def _code(self, name: str) -> int | None:
        part = self.cluster.parts[name]
        return part.exit_code if isinstance(part, Program) else None

    async def _see_it_at_work(self, program: str) -> None:
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
            while program not in self._at_work:
                with suppress(httpx.TransportError):
                    answer = await client.get(self.cluster.programs.health(program))
                    if answer.status_code == 200:
                        self._at_work[program] = time.monotonic()
                await asyncio.sleep(_LOOK_SECONDS)

    async def _resume_later(self, name: str) -> None:
        try:
            await asyncio.sleep(PAUSE_SECONDS)
        finally:
            self.cluster.resume(name)


@asynccontextmanager
async def separate_processes(
    bug: str = "", *, brokers: int = 1, seed: int = 0
) -> AsyncIterator[Separate]:
    """A cluster on Kafka, not started yet, perhaps with a bug in all of its processes."""
    with tempfile.TemporaryDirectory(prefix="kehu-points-") as folder:
        trap = Trap(Path(folder) / "armed")
        settings = {"FAULT_BUG": bug, VARIABLE: str(trap.folder)}
        how: dict[str, Any] = {"command_line": LAUNCHER, "consumers": [WITNESS]}
        async with new_cluster(settings=settings, brokers=brokers, **how) as cluster:
            yield Separate(cluster, trap, random.Random(seed))
