"""``kehu serve``: one service's HTTP side in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from shared.db.unit_of_work import Database
from shared.host import server
from shared.host.console import say
from shared.host.databases import open_databases
from shared.host.migrate import require_current
from shared.host.options import Data, Host, Port, ServiceName, service_called
from shared.host.settings import HostSettings
from shared.http.doorstep import Doorstep
from shared.logging import configure
from shared.outbox.doorbell import Doorbell
from shared.service import Service


def serve(service: ServiceName, port: Port = None, host: Host = None, data: Data = None) -> None:
    """Serve one service over HTTP; its worker is a process of its own (``kehu work``)."""
    configure()
    settings = HostSettings.of(port=port, host=host, data=data)
    found = service_called(service)
    server.run(lambda stop: _serve(settings, found, stop))


async def _serve(settings: HostSettings, service: Service, stop: asyncio.Event) -> None:
    async with contextlib.AsyncExitStack() as stack:
        sock = stack.enter_context(server.listen(settings.host, settings.port))
        opening = open_databases(settings, [service.name], say)
        databases = await stack.enter_async_context(opening)
        await require_current(service, databases.places[service.name])
        found = databases.settings(service)
        db = service.create_database(found)
        app = service.create_app(found, db=db)
        await stack.enter_async_context(app.router.lifespan_context(app))
        await stack.enter_async_context(_ringing(db))
        server.freeze()
        say(f"Kehu {service.name}: ready at {server.address_of(sock)}")
        await server.serve(
            app,
            sock,
            stop,
            drain=app.state.readiness.drain,
            drain_seconds=found.drain_seconds,
            doorstep=Doorstep(app.state.context.admission, service.name),
        )


@contextlib.asynccontextmanager
async def _ringing(db: Database) -> AsyncIterator[None]:
    """Wake the relay of the worker's process after every commit of ours."""
    stop = asyncio.Event()
    bell = Doorbell(db.engine)
    db.on_commit = bell.ring
    async with asyncio.TaskGroup() as group:
        group.create_task(bell.run(stop))
        try:
            yield
        finally:
            stop.set()
