"""What a service is to those who host it: each declares one ``SERVICE`` in its ``manifest.py``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from shared.bus.port import Bus
from shared.db.common_invariants import common_invariants
from shared.db.engine import create_engine
from shared.db.invariants import Invariant
from shared.db.unit_of_work import Database, Policies
from shared.domain import clock
from shared.inbox import inbound
from shared.inbox.consumer import Consumer
from shared.settings import ServiceSettings

if TYPE_CHECKING:
    from fastapi import FastAPI

    from shared.auth.tokens import KeySource

#: The services in the order of the pipeline.
NAMES = ("customer", "opportunity", "order", "analytics")


_SIDES = ("app", "worker")


async def _nothing(db: Database, settings: Any) -> Sequence[str]:
    """Most services have nothing to prepare."""
    return ()


@dataclass(frozen=True)
class ReadModel:
    """Tables that lie in a schema of their own and are fed by these consumers alone, so that the
    log can build them anew."""

    name: str
    schema: str
    consumers: tuple[Consumer, ...]


@dataclass(frozen=True)
class Service:
    """The parts of one service.

    Its two sides are imported when they are wanted: most processes need but one of them, or none,
    and start sooner. ``prepare`` runs after the migrations of every start, must be idempotent, and
    returns lines for the one who starts it, such as the first sign-in. ``read_models`` are what
    ``kehu replay`` can build anew.
    """

    name: str
    settings: type[ServiceSettings]
    metadata: sa.MetaData
    migrations: Path
    policies: Policies = field(default_factory=dict)
    invariants: tuple[Invariant, ...] = ()
    read_models: tuple[ReadModel, ...] = ()
    consumers: tuple[Consumer, ...] = ()
    prepare: Callable[[Database, Any], Awaitable[Sequence[str]]] = _nothing

    def create_database(self, settings: ServiceSettings) -> Database:
        """Open the database as its runtime role. The API and the worker both begin here, so this is
        where the process learns the business zone and who may send inbound events."""
        clock.configure(settings.business_zone)
        inbound.configure(settings.inbound_sources)
        url = settings.database_url.get_secret_value()
        engine = create_engine(url, pool_size=settings.pool_size)
        return Database(engine, service=self.name, policies=self.policies)

    def create_app(
        self, settings: Any, *, db: Database | None = None, keys: KeySource | None = None
    ) -> FastAPI:
        """Return the HTTP side: ``create_app`` of ``services.<name>.app``."""
        db = db or self.create_database(settings)
        app: FastAPI = self._side("app").create_app(settings, db, keys)
        return app

    def create_worker(self, settings: Any, bus: Bus, *, db: Database | None = None) -> Any:
        """Return the background side: ``create_worker`` of ``services.<name>.worker``."""
        return self._side("worker").create_worker(
            settings, bus, db or self.create_database(settings)
        )

    def worker(self, settings: Any, bus: Bus, db: Database) -> Any:
        """Return the background side, which looks after the promises as well."""
        worker = self.create_worker(settings, bus, db=db)
        worker.watch_promises(self.promises, settings.invariant_seconds)
        return worker

    @property
    def promises(self) -> tuple[Invariant, ...]:
        """Every invariant of the service: its own, and those its tables make it keep."""
        return (*common_invariants(self.name, self.metadata), *self.invariants)

    def load_sides(self) -> None:
        """Import both sides. Blocking, for a second perhaps."""
        for side in _SIDES:
            self._side(side)

    def _side(self, name: str) -> Any:
        return import_module(f"services.{self.name}.{name}")


def installed() -> list[str]:
    """Return the services that are here: an image may hold one alone."""
    return [name for name in NAMES if find_spec(f"services.{name}") is not None]


def load(name: str) -> Service:
    """Return the service called ``name``, one of NAMES."""
    service: Service = import_module(f"services.{name}.manifest").SERVICE
    return service
