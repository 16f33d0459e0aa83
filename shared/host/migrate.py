"""Brings the databases of services to the newest version, and prepares what they must hold."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from alembic.util import CommandError

from shared.db.migrations import grant_runtime, is_current, upgrade
from shared.host.console import Say
from shared.host.databases import Databases
from shared.host.errors import HostError
from shared.host.provision import Place
from shared.service import Service


async def migrate_all(databases: Databases, services: Sequence[Service], say: Say) -> None:
    """Migrate the services that need it, one after the other: Alembic has one context a process."""
    current = await asyncio.gather(
        *(_is_current(each, databases.places[each.name]) for each in services)
    )
    for service, done in zip(services, current, strict=True):
        if not done:
            started = time.monotonic()
            await migrate(service, databases.places[service.name])
            say(f"migrated the {service.name} database in {time.monotonic() - started:.1f} s")


async def migrate(service: Service, place: Place) -> None:
    """Upgrade one database as its owner, and give the runtime role its rights."""
    owner_dsn = place.owned(service.name)
    try:
        await asyncio.to_thread(upgrade, service.migrations, owner_dsn)
    except CommandError as error:
        raise HostError(
            f"The {service.name} database is at a version that this release does not know"
            f" ({error}). Start the release that made it, or name another folder with --data."
        ) from error
    await grant_runtime(owner_dsn, service.metadata, place.runtime_role)


async def require_current(service: Service, place: Place) -> None:
    """Refuse to work on a database of another version.

    Raises:
        HostError: it is not at the newest version of this release.
    """
    if not await _is_current(service, place):
        raise HostError(
            f"The {service.name} database is not at this release's version;"
            f" run: kehu migrate {service.name}"
        )


async def _is_current(service: Service, place: Place) -> bool:
    dsn = place.owner_dsn or place.runtime_dsn
    return await is_current(service.migrations, dsn, service.metadata, place.runtime_role)
