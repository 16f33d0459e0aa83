"""The services of one process: composed on their databases and one bus, run, and stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI
from starlette.types import ASGIApp

from shared.auth.tokens import KeySource
from shared.bus.port import Bus
from shared.db.unit_of_work import Database
from shared.host.databases import Databases, in_environment
from shared.host.home import create_home
from shared.host.ingress import Ingress, routing_table
from shared.http.health import Readiness
from shared.service import Service

_KEYS_PATH = "/v1/auth/jwks"


@dataclass(frozen=True)
class Hosted:
    """One service at work in this process."""

    service: Service
    settings: Any
    db: Database
    app: FastAPI
    worker: Any


class System:
    """Several services behind one ASGI application, ``app``, with their workers."""

    def __init__(
        self, services: Sequence[Service], databases: Databases, bus: Bus, base_url: str
    ) -> None:
        self.hosted = [self._host(each, databases, bus, base_url) for each in services]
        apps = [each.app for each in self.hosted]
        self.readiness = Readiness(*(each.db for each in self.hosted))
        home = create_home(apps, self.readiness)
        self.app: ASGIApp = Ingress(routing_table(apps), home)

    async def prepare(self) -> list[str]:
        """Let each service make what it must hold; return what they have to say."""
        said: list[str] = []
        for each in self.hosted:
            said += await each.service.prepare(each.db, each.settings)
        return said

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the workers and the applications' own life during the block."""
        stop = asyncio.Event()
        async with AsyncExitStack() as stack:
            for each in self.hosted:
                app = each.app
                await stack.enter_async_context(app.router.lifespan_context(app))
            async with asyncio.TaskGroup() as group:
                for each in self.hosted:
                    group.create_task(each.worker.run(stop), name=f"worker {each.service.name}")
                try:
                    yield
                finally:
                    stop.set()

    def _host(self, service: Service, databases: Databases, bus: Bus, base_url: str) -> Hosted:
        settings = databases.settings(service, base_url)
        db = service.create_database(settings)
        # Our own key set needs no network; another issuer's is fetched from where it is.
        keys = None if in_environment(service, "jwks_url") else self._keys()
        app = service.create_app(settings, db=db, keys=keys)
        worker = service.worker(settings, bus, db)
        return Hosted(service, settings, db, app, worker)

    def _keys(self) -> KeySource:
        async def fetch() -> dict[str, Any]:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://kehu") as client:
                response = await client.get(_KEYS_PATH)
                response.raise_for_status()
                found: dict[str, Any] = response.json()
                return found

        return fetch
