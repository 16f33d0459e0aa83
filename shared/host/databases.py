"""Where the services' databases and the bus are: named in the environment, or embedded here."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shared.documents.settings import DocumentSettings
from shared.host.console import Say
from shared.host.embedded import EmbeddedServer
from shared.host.errors import HostError
from shared.host.provision import Place
from shared.host.settings import HostSettings
from shared.service import Service, load

_DOCUMENTS = "KEHU_DOCUMENTS"


@dataclass(frozen=True)
class Databases:
    """The places a command works on. ``embedded`` is None when they are somebody else's, and so is
    ``documents``, the folder of files beside it."""

    places: Mapping[str, Place]
    bus_url: str | None = field(repr=False)
    page_secret: str | None = field(default=None, repr=False)
    embedded: EmbeddedServer | None = None
    documents: Path | None = None

    def settings(self, service: Service, base_url: str | None = None) -> Any:
        """Return a service's settings; what the environment says stands."""
        place = self.places[service.name]
        given: dict[str, Any] = {
            "database_url": place.runtime_dsn,
            "owner_database_url": place.owner_dsn,
            "page_secret": self.page_secret,
            "jwks_url": f"{base_url}/v1/auth/jwks" if base_url else None,
        }
        given = {
            name: value
            for name, value in given.items()
            if value is not None and not in_environment(service, name)
        }
        if self.documents and has_documents(service) and _DOCUMENTS not in os.environ:
            given[_DOCUMENTS] = str(self.documents)
        return service.settings(**given)


def has_documents(service: Service) -> bool:
    """Say whether a service keeps files."""
    return issubclass(service.settings, DocumentSettings)


def in_environment(service: Service, setting: str) -> bool:
    """Say whether a setting of a service is set in the environment."""
    prefix = service.settings.model_config.get("env_prefix", "")
    return f"{prefix}{setting}".upper() in os.environ


def are_embedded(names: Sequence[str]) -> bool:
    """Say whether the databases of the services are ours to run.

    Raises:
        HostError: some of the services have a database in the environment and others not.
    """
    variables = [f"KEHU_{name.upper()}_DATABASE_URL" for name in names]
    missing = [each for each in variables if each not in os.environ]
    if missing and len(missing) < len(names):
        raise HostError(f"Set {', '.join(missing)} as well, or no such variable at all.")
    return bool(missing)


@asynccontextmanager
async def open_databases(
    settings: HostSettings, names: Sequence[str], say: Say
) -> AsyncIterator[Databases]:
    """Give the places of the services; the embedded server runs at least as long as the block."""
    if not are_embedded(names):
        yield _named(settings, [load(name) for name in names])
    else:
        embedded = await EmbeddedServer.start(settings.data)
        say(f"PostgreSQL {embedded.version} on port {embedded.port}, data in {settings.data}")
        try:
            bus_url = settings.bus_url.get_secret_value() if settings.bus_url else embedded.bus_url
            documents = settings.data / "documents"
            yield Databases(embedded.places, bus_url, embedded.page_secret, embedded, documents)
        finally:
            await embedded.stop()


def _named(settings: HostSettings, services: Sequence[Service]) -> Databases:
    places = {}
    for service in services:
        found = service.settings()
        owner = found.owner_database_url
        places[service.name] = Place(
            owner.get_secret_value() if owner else None, found.database_url.get_secret_value()
        )
    return Databases(places, settings.bus_url.get_secret_value() if settings.bus_url else None)
