"""``kehu up``: the whole system in one process, on one port."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence

from shared.host import server
from shared.host.buses import open_bus
from shared.host.console import Say, say, silent
from shared.host.databases import Databases, are_embedded, open_databases
from shared.host.instance import only_instance
from shared.host.migrate import migrate_all
from shared.host.options import BusOption, Data, Host, Port
from shared.host.refill import refill_if_lost
from shared.host.settings import HostSettings
from shared.host.system import System
from shared.logging import configure
from shared.service import NAMES, Service, load


def up(port: Port = None, host: Host = None, data: Data = None, bus: BusOption = None) -> None:
    """Start the whole system: PostgreSQL, the bus, all services and their workers."""
    configure()
    settings = HostSettings.of(port=port, host=host, data=data, bus=bus)
    server.run(lambda stop: run_system(settings, stop))


async def run_system(
    settings: HostSettings, stop: asyncio.Event, names: Sequence[str] = NAMES
) -> None:
    """Run the system until ``stop`` is set."""
    started = time.monotonic()
    async with contextlib.AsyncExitStack() as stack:
        note: Say = silent
        if are_embedded(names):
            note = stack.enter_context(only_instance(settings.data))
        sock = stack.enter_context(server.listen(settings.host, settings.port))
        address = server.address_of(sock)
        note(address)
        loading = asyncio.create_task(asyncio.to_thread(_loaded, names))  # while PostgreSQL starts
        databases = await stack.enter_async_context(open_databases(settings, names, say))
        services = await loading
        await migrate_all(databases, services, say)
        bus = await open_bus(settings, databases.bus_url)
        stack.push_async_callback(bus.close)
        system = System(services, databases, bus, address)
        said = await system.prepare()
        dbs = {each.service.name: each.db for each in system.hosted}
        await refill_if_lost(services, dbs, bus, say)
        await stack.enter_async_context(system.running())
        await stack.enter_async_context(_kept_alive(databases))
        server.freeze()
        for line in said:
            say(line)
        say(f"Kehu {' '.join(names)}: ready in {time.monotonic() - started:.1f} s at {address}")
        await server.serve(system.app, sock, stop, drain=system.readiness.drain)
        say("stopping")


def _loaded(names: Sequence[str]) -> list[Service]:
    """Return the services, with all that they are made of imported."""
    services = [load(name) for name in names]
    for service in services:
        service.load_sides()
    return services


@contextlib.asynccontextmanager
async def _kept_alive(databases: Databases) -> AsyncIterator[None]:
    """Start the embedded server again when it dies; while we stop, let it be."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        if databases.embedded is not None:
            group.create_task(databases.embedded.watch(stop))
        try:
            yield
        finally:
            stop.set()
