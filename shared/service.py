"""What a service is to those who host it: each declares one ``SERVICE`` in its ``manifest.py``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from fastapi import FastAPI

from shared.bus.port import Bus
from shared.db.common_invariants import common_invariants
from shared.db.invariants import Invariant
from shared.db.unit_of_work import Database
from shared.inbox.consumer import Consumer
from shared.settings import ServiceSettings

#: The services in the order of the pipeline.
NAMES = ("customer", "opportunity", "order", "analytics")


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

    ``create_app(settings, db=None, keys=None)`` is the HTTP side, ``create_worker(settings, bus,
    db=None)`` the background side. ``prepare`` runs after the migrations of every start, must be
    idempotent, and returns lines for the one who starts it, such as the first sign-in.
    ``read_models`` are what ``kehu replay`` can build anew.
    """

    name: str
    settings: type[ServiceSettings]
    metadata: sa.MetaData
    migrations: Path
    create_database: Callable[[Any], Database]
    create_app: Callable[..., FastAPI]
    create_worker: Callable[..., Any]
    invariants: tuple[Invariant, ...] = ()
    read_models: tuple[ReadModel, ...] = ()
    consumers: tuple[Consumer, ...] = ()
    prepare: Callable[[Database, Any], Awaitable[Sequence[str]]] = _nothing

    def worker(self, settings: Any, bus: Bus, db: Database) -> Any:
        """Return the background side, which looks after the promises as well."""
        worker = self.create_worker(settings, bus, db=db)
        worker.watch_promises(self.promises, settings.invariant_seconds)
        return worker

    @property
    def promises(self) -> tuple[Invariant, ...]:
        """Every invariant of the service: its own, and those its tables make it keep."""
        return (*common_invariants(self.name, self.metadata), *self.invariants)


def installed() -> list[str]:
    """Return the services that are here: an image may hold one alone."""
    return [name for name in NAMES if find_spec(f"services.{name}") is not None]


def load(name: str) -> Service:
    """Return the service called ``name``, one of NAMES."""
    service: Service = import_module(f"services.{name}.manifest").SERVICE
    return service
