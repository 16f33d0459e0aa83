"""``kehu migrate``: databases at their newest version, and what they must hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from shared.host import server
from shared.host.console import say
from shared.host.databases import open_databases
from shared.host.migrate import migrate_all
from shared.host.options import Data, service_called
from shared.host.settings import HostSettings
from shared.logging import configure
from shared.service import NAMES


def migrate(
    services: Annotated[
        list[str] | None, typer.Argument(help="Services to migrate; all unless named.")
    ] = None,
    data: Data = None,
) -> None:
    """Bring databases to their newest version, and prepare what the services must hold."""
    configure()
    settings = HostSettings.of(data=data)
    server.run_once(lambda: _migrate(settings, services or NAMES))


async def _migrate(settings: HostSettings, names: Sequence[str]) -> None:
    services = [service_called(name) for name in names]
    async with open_databases(settings, names, say) as databases:
        await migrate_all(databases, services, say)
        for service in services:
            found = databases.settings(service)
            db = service.create_database(found)
            try:
                for line in await service.prepare(db, found):
                    say(line)
            finally:
                await db.close()
            say(f"{service.name} is at its newest version")
