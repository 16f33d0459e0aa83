"""Kehu as separate processes on one machine: what `make cluster` starts and the fault runs break.

Four API processes, four workers, PostgreSQL with a database and roles per service, Kafka, and nginx
before them. Not for production, where each of these has a supervisor and a machine of its own.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx

from shared.embedded.state import HOST, free_port
from shared.host.buses import open_bus
from shared.host.console import Say, silent
from shared.host.databases import Databases
from shared.host.embedded import EmbeddedServer
from shared.host.options import Opened
from shared.host.settings import HostSettings
from shared.inbox.consumer import Consumer
from shared.service import NAMES, load
from tests.support.cluster import nginx
from tests.support.cluster.keeping import keep
from tests.support.cluster.parts import Broker, Part, Postgres, Program, signal_all
from tests.support.cluster.programs import Programs
from tests.support.holding import Holding, SystemFailed
from tests.support.kafka.cluster import KafkaCluster, kill_brokers
from tests.support.running import ROOT, command
from tests.support.system import end_processes_of

INGRESS = "ingress"
KAFKA = "kafka"

_READY_SECONDS = 120
_POLL_SECONDS = 0.1
#: When the ingress, then the programs, then the servers must have ended after a stop.
_ENDED_BY = (3.0, 12.0, 24.0)
_LOG_SHOWN = 3000


def end_all_of(folder: Path) -> None:
    """Kill every process of a cluster at once, whoever started it and however far it got."""
    kill_brokers(folder / KAFKA)
    end_processes_of(folder)


class Cluster(Holding):
    """The processes on one data folder; ``url`` is the ingress, the same at every start.

    ``parts`` are by name: ``postgres``, ``kafka-1``, ``ingress``, ``order-api``, ``order-worker``
    and so on. What is in ``held`` is not started again by `keep`. With no ``brokers`` the bus is
    the log in PostgreSQL. ``command_line`` is how ``kehu`` is called, ``settings`` are for all of
    its processes.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int = 0,
        brokers: int = 1,
        command_line: Sequence[str] = (),
        settings: Mapping[str, str] | None = None,
        consumers: Sequence[Consumer] = (),
        say: Say = silent,
    ) -> None:
        self.folder = folder
        self.address = f"{HOST}:{port or free_port()}"
        self.url = f"http://{self.address}"
        self.kafka = KafkaCluster(folder / KAFKA, brokers, say) if brokers else None
        self.consumers = tuple(consumers)
        self.parts: dict[str, Part] = {}
        self.held: set[str] = set()
        self.programs: Programs
        self._command = tuple(command_line or command())
        self._settings = dict(settings or {})
        self._say = say

    # -- its life --------------------------------------------------------------------------------

    async def start(self) -> None:
        """Start everything, and return when all of it answers."""
        nginx.find_nginx()  # before anything is made
        end_all_of(self.folder)  # of a cluster that was killed
        server, _ = await asyncio.gather(EmbeddedServer.start(self.folder), self._start_kafka())
        self._say(f"PostgreSQL {server.version} on port {server.port}, data in {self.folder}")
        bus = self._kafka_settings or {"KEHU_BUS_URL": server.bus_url}
        self.programs = Programs(self.folder, server, self._command, self._settings, bus)
        self._add_parts(server)
        await self._migrate()
        await asyncio.gather(*(part.start() for part in self.parts.values()))
        await self.ready(all_must_live=True)
        self._say(f"Kehu: ready at {self.url}, logs in {self.folder / 'logs'}")

    async def ready(self, patience: float = _READY_SECONDS, *, all_must_live: bool = False) -> None:
        """Wait until every program says that it is ready, and the ingress passes requests on."""
        deadline = time.monotonic() + patience
        waiting = {name: self.programs.health(name) for name in self.programs.ports}
        waiting[INGRESS] = f"{self.url}/openapi/customer.json"
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
            while waiting:
                for name in [each for each in waiting if await _is_well(client, waiting[each])]:
                    del waiting[name]
                for name in waiting:
                    dead = all_must_live and not self.parts[name].running
                    if dead or time.monotonic() > deadline:
                        raise SystemFailed(f"{name} is not ready:\n{self.log_tail(name)}")
                await asyncio.sleep(_POLL_SECONDS if waiting else 0)

    async def keep(self, stop: asyncio.Event) -> None:
        """Start whatever ended again, until ``stop`` is set."""
        async with asyncio.TaskGroup() as group:
            for part in self.parts.values():
                group.create_task(keep(part, stop, self.held, self._say))

    async def stop(self, patience: float = 1.0) -> bool:
        """Stop those who call before those who are called; say whether all ended by themselves.

        ``patience`` multiplies the time they get: a test machine may be busy.
        """
        ingress = [self.parts[INGRESS]]
        programs = [self.parts[name] for name in self.programs.ports]
        servers = [part for part in self.parts.values() if part not in ingress + programs]
        began, well = time.monotonic(), True
        for parts, ended_by in zip((ingress, programs, servers), _ENDED_BY, strict=True):
            seconds = began + ended_by * patience - time.monotonic()
            ended = await asyncio.gather(*(part.stop(seconds) for part in parts))
            for part in [part for part, did in zip(parts, ended, strict=True) if not did]:
                self._say(f"{part.name} did not end in time, and was killed")
                well = False
        return well

    # -- what may be done to its parts -----------------------------------------------------------

    async def kill(self, name: str) -> bool:
        """Kill a part with -9; say whether it was there."""
        return await self.parts[name].kill()

    def pause(self, name: str) -> bool:
        """Stop a part in its tracks (SIGSTOP), with its children; say whether it was there."""
        return signal_all(self.parts[name], signal.SIGSTOP)

    def resume(self, name: str) -> bool:
        """Let a paused part go on; say whether it was there."""
        return signal_all(self.parts[name], signal.SIGCONT)

    def log_tail(self, name: str) -> str:
        """The end of what a program said."""
        part = self.parts[name]
        if not isinstance(part, Program) or not part.log.exists():
            return ""
        return part.log.read_text(errors="replace")[-_LOG_SHOWN:]

    # -- those who use it ------------------------------------------------------------------------

    def http(self, token: str | None = None, timeout: float = 10) -> httpx.AsyncClient:
        """A client of the ingress, signed in with a token."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=100)
        return httpx.AsyncClient(
            base_url=self.url, headers=headers, timeout=timeout, limits=limits, trust_env=False
        )

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Opened]:
        """The databases and the bus, to be looked into."""
        server = self.programs.server
        databases = Databases(server.places, server.bus_url, server.page_secret)
        services = [load(name) for name in NAMES]
        async with AsyncExitStack() as stack:
            bus = await open_bus(self._host_settings(), server.bus_url)
            stack.push_async_callback(bus.close)
            dbs = {}
            for service in services:
                dbs[service.name] = service.create_database(databases.settings(service))
                stack.push_async_callback(dbs[service.name].close)
            yield Opened(databases, services, dbs, bus)

    async def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of ``kehu`` to its end, as an operator who knows all databases."""
        return await asyncio.to_thread(
            subprocess.run,
            [*self._command, *arguments],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=self.programs.for_operator(),
            timeout=300,
        )

    # -- inside ----------------------------------------------------------------------------------

    async def _start_kafka(self) -> None:
        if self.kafka is not None:
            address = await asyncio.to_thread(self.kafka.start)
            self._say(f"Apache Kafka at {address}")

    @property
    def _kafka_settings(self) -> dict[str, str]:
        if self.kafka is None:
            return {}
        copies = str(len(self.kafka.nodes))
        return {"KEHU_KAFKA": self.kafka.bootstrap, "KEHU_KAFKA_REPLICATION": copies}

    def _host_settings(self) -> HostSettings:
        if self.kafka is None:
            return HostSettings(bus="postgres")
        copies = len(self.kafka.nodes)
        return HostSettings(bus="kafka", kafka=self.kafka.bootstrap, kafka_replication=copies)

    def _add_parts(self, server: EmbeddedServer) -> None:
        parts: list[Part] = [Postgres(server.postgres)]
        if self.kafka is not None:
            parts += [Broker(self.kafka, node) for node in self.kafka.nodes]
        parts += self.programs.all()
        ingress = nginx.configure(self.folder / "nginx", self.address, self.programs.api_addresses)
        log = self.folder / "logs" / "ingress.log"
        parts.append(
            Program(INGRESS, ingress, log, self.programs.for_all(), ends_on=signal.SIGQUIT)
        )
        self.parts = {part.name: part for part in parts}

    async def _migrate(self) -> None:
        """Bring the databases to their newest version, and make the topics."""
        bus = await open_bus(self._host_settings(), self.programs.server.bus_url)
        await bus.close()
        done = await self.run("migrate")
        if done.returncode != 0:
            raise SystemFailed(f"kehu migrate:\n{done.stdout}{done.stderr}")
        for line in done.stdout.splitlines():
            self._say(line)


async def _is_well(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).status_code == 200
    except httpx.TransportError:
        return False
