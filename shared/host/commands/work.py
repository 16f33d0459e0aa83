"""``kehu work``: one service's background side in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

from shared.host import server
from shared.host.console import say
from shared.host.home import create_health
from shared.host.options import BusOption, Data, Host, Port, ServiceName, opened, service_called
from shared.host.settings import HostSettings
from shared.http.health import Readiness
from shared.logging import configure


def work(
    service: ServiceName,
    bus: BusOption = None,
    port: Port = None,
    host: Host = None,
    data: Data = None,
) -> None:
    """Run one service's relay, consumers and deadlines. With --port, health and metrics too."""
    configure()
    settings = HostSettings.of(bus=bus, host=host, data=data, port=port)
    name = service_called(service).name
    server.run(lambda stop: _work(settings, name, stop, listening=port is not None))


async def _work(settings: HostSettings, name: str, stop: asyncio.Event, *, listening: bool) -> None:
    async with contextlib.AsyncExitStack() as stack:
        sock = (
            stack.enter_context(server.listen(settings.host, settings.port)) if listening else None
        )
        here = await stack.enter_async_context(opened(settings, [name], say, stop=stop))
        (service,) = here.services
        db = here.dbs[name]
        worker = service.worker(here.databases.settings(service), here.bus, db)
        async with _health(Readiness(db), sock, stop):
            health = f" at {server.address_of(sock)}" if sock else ""
            say(f"Kehu {name}: worker ready{health}")
            await worker.run(stop)


@contextlib.asynccontextmanager
async def _health(
    readiness: Readiness, sock: socket.socket | None, stop: asyncio.Event
) -> AsyncIterator[None]:
    """Serve the health of this process during the block: not ready from ``stop`` on."""
    done = asyncio.Event()

    async def drain() -> None:
        await stop.wait()
        readiness.drain()

    async with asyncio.TaskGroup() as group:
        if sock is not None:
            group.create_task(server.serve(create_health(readiness), sock, done))
        draining = group.create_task(drain())
        try:
            yield
        finally:
            draining.cancel()
            done.set()
