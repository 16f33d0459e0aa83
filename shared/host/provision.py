"""Databases and roles on the embedded server: one database per service, closed to all others.

``kehu_<service>`` belongs to ``kehu_<service>_owner``, who migrates; the processes of the service
work as ``kehu_<service>``, who owns nothing. ``kehu_bus`` holds the log of the bus.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg
from sqlalchemy import make_url

from shared.db.connection import advisory_key
from shared.embedded import PostgresServer
from shared.host.errors import HostError
from shared.host.passwords import Passwords

BUS = "kehu_bus"


@dataclass(frozen=True)
class Place:
    """Where a service's database is reached, by its owner (None: not told) and its processes."""

    owner_dsn: str | None = field(repr=False)
    runtime_dsn: str = field(repr=False)

    def owned(self, service: str) -> str:
        """Return the owner's URL.

        Raises:
            HostError: it is not told, or it is the runtime role's.
        """
        name = f"KEHU_{service.upper()}_OWNER_DATABASE_URL"
        if self.owner_dsn is None:
            raise HostError(f"Set {name} to the URL of the role that owns the {service} tables.")
        if make_url(self.owner_dsn).username == self.runtime_role:
            raise HostError(f"{name} names the runtime role; the tables belong to another role.")
        return self.owner_dsn

    @property
    def runtime_role(self) -> str:
        """The role of the service's processes, who owns nothing."""
        return make_url(self.runtime_dsn).username or ""


async def provide(
    server: PostgresServer, names: Sequence[str], passwords: Passwords
) -> dict[str, Place]:
    """Make the databases and roles of the services that are missing; return where they are."""
    session = await asyncpg.connect(server.dsn("postgres"), ssl=False)
    try:
        await session.execute("SELECT pg_advisory_lock($1)", advisory_key("kehu", "provide"))
        for name in names:
            database = f"kehu_{name}"
            await _role(session, database, passwords)
            await _role(session, f"{database}_owner", passwords)
            await _database(session, database, owner=f"{database}_owner", runtime=database)
        await _role(session, BUS, passwords)
        await _database(session, BUS, owner=BUS, runtime=BUS)
        await _close_to_public(session, ["postgres", "template1"])
    finally:
        await session.close()
    return {name: _place(server, f"kehu_{name}", passwords) for name in names}


def bus_dsn(server: PostgresServer, passwords: Passwords) -> str:
    """Return where the log of the bus is."""
    return server.dsn(BUS, BUS, passwords.get(BUS))


def _place(server: PostgresServer, database: str, passwords: Passwords) -> Place:
    owner = f"{database}_owner"
    return Place(
        owner_dsn=server.dsn(database, owner, passwords.get(owner)),
        runtime_dsn=server.dsn(database, database, passwords.get(database)),
    )


async def _role(session: asyncpg.Connection, role: str, passwords: Passwords) -> None:
    """Make the role; give it its password anew when the file with the passwords was lost."""
    password = passwords.get(role)
    known = await session.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
    if known and role not in passwords.made:
        return
    verb = "ALTER" if known else "CREATE"
    # Ours, from the alphabet of URLs: nothing to quote.
    await session.execute(f"{verb} ROLE {role} LOGIN PASSWORD '{password}'")


async def _database(
    session: asyncpg.Connection, database: str, *, owner: str, runtime: str
) -> None:
    if not await session.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database):
        await session.execute(f"CREATE DATABASE {database} OWNER {owner}")
    await _close_to_public(session, [database])
    allowed = "SELECT has_database_privilege($1, $2, 'CONNECT')"
    if not await session.fetchval(allowed, runtime, database):
        await session.execute(f"GRANT CONNECT ON DATABASE {database} TO {runtime}")


async def _close_to_public(session: asyncpg.Connection, databases: Sequence[str]) -> None:
    open_to_all = "SELECT has_database_privilege('public', $1, 'CONNECT')"
    for database in databases:
        if await session.fetchval(open_to_all, database):
            await session.execute(f"REVOKE ALL ON DATABASE {database} FROM PUBLIC")
