"""The embedded PostgreSQL as the whole system's server: started, furnished, kept alive."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import structlog

from shared.embedded import EmbeddedPostgres, EmbeddedPostgresError, PostgresServer
from shared.host.errors import HostError
from shared.host.passwords import Passwords
from shared.host.provision import Place, bus_dsn, provide
from shared.pacing import wait_for
from shared.service import NAMES

log = structlog.get_logger("kehu.host")

#: How often a look is taken whether the server still runs.
WATCH_SECONDS = 0.5


@dataclass(frozen=True)
class EmbeddedServer:
    """A running server on one data folder, with the databases of all services and of the bus.

    ``page_secret`` signs page tokens: the same on every start, another on every machine.
    """

    postgres: EmbeddedPostgres
    port: int
    version: str
    places: Mapping[str, Place]
    bus_url: str = field(repr=False)
    page_secret: str = field(repr=False)

    @classmethod
    async def start(cls, folder: Path) -> EmbeddedServer:
        """Start the server or adopt the running one, and make what is missing on it."""
        postgres = EmbeddedPostgres(folder)
        try:
            server = await asyncio.to_thread(postgres.start)
            return await cls._furnish(postgres, server, Passwords(folder))
        except BaseException:
            await asyncio.to_thread(postgres.stop)
            raise

    @classmethod
    async def _furnish(
        cls, postgres: EmbeddedPostgres, server: PostgresServer, passwords: Passwords
    ) -> EmbeddedServer:
        places = await provide(server, NAMES, passwords)
        page_secret = passwords.get("page_tokens")
        passwords.save()
        return cls(
            postgres,
            server.port,
            await _version(server),
            places,
            bus_dsn(server, passwords),
            page_secret,
        )

    async def watch(self, stop: asyncio.Event) -> None:
        """Start the server again whenever it died, until ``stop`` is set.

        Raises:
            HostError: it came back on another port, where nobody looks for it.
        """
        while not await wait_for(stop, WATCH_SECONDS):
            if not self.postgres.is_running:
                await self._revive()

    async def stop(self) -> None:
        """Stop the server if it is ours to stop."""
        await asyncio.to_thread(self.postgres.stop)

    async def _revive(self) -> None:
        log.warning("PostgreSQL is gone; starting it again")
        try:
            server = await asyncio.to_thread(self.postgres.start)
        except EmbeddedPostgresError as error:
            log.error("PostgreSQL does not start", error=str(error))
            return
        if server.port != self.port:
            raise HostError(f"PostgreSQL came back on port {server.port}; start Kehu again.")


async def _version(server: PostgresServer) -> str:
    session = await asyncpg.connect(server.dsn("postgres"), ssl=False)
    try:
        return str(await session.fetchval("SHOW server_version"))
    finally:
        await session.close()
