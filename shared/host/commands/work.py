"""``kehu work``: one service's background side in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib

from shared.host import server
from shared.host.console import say
from shared.host.home import create_health
from shared.host.options import BusOption, Data, Host, Port, ServiceName, opened, service_called
from shared.host.settings import HostSettings
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
        here = await stack.enter_async_context(opened(settings, [name], say))
        (service,) = here.services
        db = here.dbs[name]
        worker = service.create_worker(here.databases.settings(service), here.bus, db=db)
        async with asyncio.TaskGroup() as group:
            group.create_task(worker.run(stop))
            if sock is not None:
                group.create_task(server.serve(create_health([db]), sock, stop))
            health = f" at {server.address_of(sock)}" if sock else ""
            say(f"Kehu {name}: worker ready{health}")
