"""The cluster of separate processes as a system under test: each part may be killed, paused, or
treated as badly as operators and networks do."""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from shared.bus.port import Message
from shared.embedded import EmbeddedPostgresError
from shared.events.catalogue import all_events
from shared.host.options import Opened
from shared.service import NAMES
from tests.faults.points import VARIABLE, Trap
from tests.faults.target import LAUNCHER, End
from tests.faults.witness import WITNESS
from tests.support.cluster.cluster import Cluster
from tests.support.cluster.own import new_cluster
from tests.support.cluster.parts import Program
from tests.support.holding import SystemFailed
from tests.support.kafka.errors import KafkaError

#: Longer than a group waits for a member that says nothing, and than a lock's session lives on.
PAUSE_SECONDS = 25.0
_STOP_SECONDS = 25.0
#: Few, because a check shows no more than twenty rows of what is wrong.
_POISONED_TOPICS = 3
_LOOK_SECONDS = 0.2


class Separate:
    """A cluster that the experiments watch over; ``chance`` picks one of several alike."""

    def __init__(
        self, cluster: Cluster, trap: Trap, chance: random.Random, pause: float = PAUSE_SECONDS
    ) -> None:
        self.cluster = cluster
        self.trap = trap
        self.chance = chance
        #: What is done to it besides killing and pausing parts, by kind; an experiment may add.
        self.acts: dict[str, Callable[[], Awaitable[None]]] = {
            "poison": self._poison,
            "lost_log": self._lose_the_log,
            "roll": self._roll,
            "again": self._publish_again,
        }
        self._pause_seconds = pause
        self.struck: set[str] = set()
        self.poisoned: Counter[str] = Counter()
        self.poison: set[str] = set()
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

    async def strike(self, kind: str) -> bool:
        """Kill a part of the kind (``worker``), pause it (``pause_worker``), or do something else
        to the cluster."""
        if kind in self.acts:
            await self.acts[kind]()
            return True
        verb, _, of = kind.rpartition("_")
        name = self._one(of)
        return await (self._pause(name) if verb == "pause" else self.end(name))

    async def end(self, name: str) -> bool:
        """Kill a part; say whether it was there."""
        self.struck.add(name)  # before, as somebody else may see it end
        if await self.cluster.kill(name):
            return True
        self.struck.discard(name)
        return False

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

    async def _pause(self, name: str) -> bool:
        if not self.cluster.pause(name):
            return False
        try:
            await asyncio.sleep(self._pause_seconds)
        finally:
            self.cluster.resume(name)
        return True

    async def _poison(self) -> None:
        """Publish what is no event, and what nobody can read, to some topics."""
        topics = sorted({event.topic for event in all_events() if event.service in NAMES})
        async with self.opened() as here:
            for topic in self.chance.sample(topics, _POISONED_TOPICS):
                name = str(uuid4())
                junk = Message(topic, name, b"{", {"ce_id": name})
                await here.bus.publish([junk, replace(junk, key="junk", headers={})])
                self.poisoned[topic] += 2
                self.poison.add(name)

    async def _lose_the_log(self) -> None:
        """Kill the broker, take its log away, and do what an operator does then."""
        kafka, name = self.cluster.kafka, "kafka-1"
        assert kafka is not None
        self.cluster.held.add(name)
        await self.cluster.kill(name)
        await asyncio.to_thread(kafka.wipe, 1)
        await asyncio.to_thread(kafka.restart, 1)
        self.cluster.held.discard(name)
        done = await self.cluster.run("republish", "--from", "beginning")
        if done.returncode:
            raise SystemFailed(f"kehu republish: {done.stdout}{done.stderr}")

    async def _roll(self) -> None:
        """Ask one program after the other to end, in good order, and have it started again."""
        for name in self.cluster.programs.ports:
            self._at_work.pop(name, None)
            self.cluster.held.add(name)
            self.struck.add(name)
            if not await self.cluster.parts[name].stop(_STOP_SECONDS):
                raise SystemFailed(f"{name} did not stop in {_STOP_SECONDS:.0f} s")
            self.cluster.held.discard(name)
            while name not in self._at_work:  # noqa: ASYNC110 - another task sees it at work
                await asyncio.sleep(_LOOK_SECONDS)

    async def _publish_again(self) -> None:
        """Put every event on the bus once more."""
        await self.cluster.publish_again()


@asynccontextmanager
async def separate_processes(
    bug: str = "", *, brokers: int = 1, seed: int = 0, pause: float = PAUSE_SECONDS
) -> AsyncIterator[Separate]:
    """A cluster on Kafka, not started yet, perhaps with a bug in all of its processes."""
    with tempfile.TemporaryDirectory(prefix="kehu-points-") as folder:
        trap = Trap(Path(folder) / "armed")
        settings = {"FAULT_BUG": bug, VARIABLE: str(trap.folder)}
        how: dict[str, Any] = {"command_line": LAUNCHER, "consumers": [WITNESS]}
        async with new_cluster(settings=settings, brokers=brokers, **how) as cluster:
            yield Separate(cluster, trap, random.Random(seed), pause)
