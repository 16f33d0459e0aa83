"""Options that several commands have, and how they open what they work on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from shared.bus.port import Bus
from shared.db.unit_of_work import Database
from shared.host.buses import open_bus
from shared.host.console import Say, silent
from shared.host.databases import Databases, open_databases
from shared.host.errors import HostError
from shared.host.migrate import require_current
from shared.host.settings import BusKind, HostSettings
from shared.service import NAMES, Service, load

Data = Annotated[Path | None, typer.Option("--data", help="Folder of the embedded system.")]
Host = Annotated[str | None, typer.Option("--host", help="Address to listen on.")]
Port = Annotated[int | None, typer.Option("--port", help="Port to listen on; 0 takes a free one.")]
BusOption = Annotated[BusKind | None, typer.Option("--bus", help="The bus between the services.")]
ServiceName = Annotated[str, typer.Argument(help=f"One of {', '.join(NAMES)}.")]


@dataclass(frozen=True)
class Opened:
    """Services with their databases and the bus, open for the time of a command."""

    databases: Databases
    services: Sequence[Service]
    dbs: dict[str, Database]
    bus: Bus


def service_called(name: str) -> Service:
    """Return the service of that name.

    Raises:
        HostError: there is none.
    """
    if name not in NAMES:
        raise HostError(f"There is no service {name!r}; the services are {', '.join(NAMES)}.")
    return load(name)


@asynccontextmanager
async def opened(
    settings: HostSettings,
    names: Sequence[str] = NAMES,
    say: Say = silent,
    *,
    any_version: bool = False,
    stop: asyncio.Event | None = None,
) -> AsyncIterator[Opened]:
    """Open the databases of services and the bus; the embedded server runs meanwhile.

    Raises:
        HostError: a database is not at this release's version, unless ``any_version`` will do.
    """
    services = [service_called(name) for name in names]
    async with AsyncExitStack() as stack:
        databases = await stack.enter_async_context(open_databases(settings, names, say))
        if not any_version:
            for service in services:
                await require_current(service, databases.places[service.name])
        bus = await open_bus(settings, databases.bus_url, stop)
        stack.push_async_callback(bus.close)
        dbs: dict[str, Database] = {}
        for service in services:
            dbs[service.name] = service.create_database(databases.settings(service))
            stack.push_async_callback(dbs[service.name].close)
        yield Opened(databases, services, dbs, bus)
