"""What a cluster consists of: programs, PostgreSQL and brokers, handled alike."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import psutil

from shared.embedded import EmbeddedPostgres, EmbeddedPostgresError
from tests.support.bus import kill_family
from tests.support.kafka.cluster import KafkaCluster
from tests.support.running import ROOT

_POLL_SECONDS = 0.05


class Part(Protocol):
    """Something that runs under a name."""

    name: str

    @property
    def running(self) -> bool:
        """Whether its process is there, paused perhaps."""

    @property
    def pid(self) -> int | None:
        """Its (first) process."""

    async def start(self) -> None:
        """Start it, unless it is there."""

    async def stop(self, seconds: float) -> bool:
        """Ask it to end, and kill it after so long; say whether it ended by itself."""

    async def kill(self) -> bool:
        """Kill it with -9, children and all; say whether it was there."""


def signal_all(part: Part, number: signal.Signals) -> bool:
    """Send a part and its children a signal; say whether it was there."""
    try:
        process = psutil.Process(part.pid or -1)
        family = [process, *process.children(recursive=True)]
    except (psutil.NoSuchProcess, ValueError):
        return False
    for each in family:
        with suppress(psutil.NoSuchProcess):
            each.send_signal(number)
    return True


class Program:
    """A subprocess; what it says goes into a file of its own."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        environment: Mapping[str, str],
        *,
        ends_on: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self.log = log
        self.exit_code: int | None = None
        self._command = list(command)
        self._environment = dict(environment)
        self._ends_on = ends_on
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether its process is there, paused perhaps."""
        return self.pid is not None

    @property
    def pid(self) -> int | None:
        """Its process."""
        if self._process is None:
            return None
        self.exit_code = self._process.poll()
        return self._process.pid if self.exit_code is None else None

    async def start(self, *more: str, **settings: str) -> None:
        """Start it, unless it is there; with ``settings`` more in its environment."""
        if not self.running:
            self._launch(*more, **settings)

    def _launch(self, *more: str, **settings: str) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._command, *more],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env={**self._environment, **settings},
                start_new_session=True,  # Ctrl-C is for the one who keeps it
            )

    async def stop(self, seconds: float) -> bool:
        """Ask it to end, and kill it after so long; say whether it ended by itself."""
        pid = self.pid
        if pid is None:
            return True
        os.kill(pid, signal.SIGCONT)
        os.kill(pid, self._ends_on)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.running:  # noqa: ASYNC110 - a process tells nobody that it ends
                    await asyncio.sleep(_POLL_SECONDS)
                return True
        await self.kill()
        return False

    async def kill(self) -> bool:
        """Kill it with -9; say whether it was there."""
        if self._process is None or not self.running:
            return False
        self._process.kill()
        await asyncio.to_thread(self._process.wait)
        return True


class Postgres:
    """The PostgreSQL of a data folder."""

    name = "postgres"

    def __init__(self, postgres: EmbeddedPostgres) -> None:
        self._postgres = postgres

    @property
    def running(self) -> bool:
        """Whether the server is there, paused perhaps."""
        return self._postgres.is_running

    @property
    def pid(self) -> int | None:
        """The postmaster."""
        with suppress(EmbeddedPostgresError):
            return self._postgres.pid
        return None

    async def start(self) -> None:
        """Start it, unless it is there; returns when it answers queries."""
        await asyncio.to_thread(self._postgres.start)

    async def stop(self, seconds: float) -> bool:
        """Ask it to end, and kill it after so long."""
        with suppress(EmbeddedPostgresError, TimeoutError):
            async with asyncio.timeout(seconds):
                await asyncio.to_thread(self._postgres.stop)
        return not await self.kill()

    async def kill(self) -> bool:
        """Kill it with all its processes; say whether it was there."""
        with suppress(psutil.NoSuchProcess):
            if pid := self.pid:
                await asyncio.to_thread(kill_family, pid)
                return True
        return False


class Broker:
    """One broker of the Kafka cluster."""

    def __init__(self, kafka: KafkaCluster, node: int) -> None:
        self.name = f"kafka-{node}"
        self._kafka = kafka
        self._node = node

    @property
    def running(self) -> bool:
        """Whether its process is there, paused perhaps."""
        return self.pid is not None

    @property
    def pid(self) -> int | None:
        """Its process."""
        return self._kafka.pid(self._node)

    async def start(self) -> None:
        """Start it, unless it is there; does not wait until it answers."""
        await asyncio.to_thread(self._kafka.launch, self._node)

    async def stop(self, seconds: float) -> bool:
        """Ask it to end, and kill it after so long; say whether it ended by itself."""
        return await asyncio.to_thread(self._kafka.stop_node, self._node, seconds)

    async def kill(self) -> bool:
        """Kill it with -9; say whether it was there."""
        return await asyncio.to_thread(self._kafka.kill, self._node)
