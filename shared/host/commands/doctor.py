"""``kehu doctor``: whether everything the system needs is here and fits, in one table."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import sqlalchemy as sa
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from shared.db.driver import Connection
from shared.embedded import EmbeddedPostgresError
from shared.events.catalogue import all_events
from shared.host import server
from shared.host.errors import HostError
from shared.host.instance import holder
from shared.host.migrate import require_current
from shared.host.options import BusOption, Data, Opened, opened
from shared.host.settings import HostSettings
from shared.http.app import VERSION
from shared.logging import configure
from shared.service import Service

_OLDEST_POSTGRES = 150000
_LIBRARIES = ("fastapi", "uvicorn", "pydantic", "sqlalchemy", "asyncpg", "alembic")


@dataclass
class Findings:
    """What was looked at: subject, whether it is well, and what was found."""

    rows: list[tuple[str, bool, str]] = field(default_factory=list)

    def note(self, subject: str, detail: str, *, well: bool = True) -> None:
        """Keep one finding."""
        self.rows.append((subject, well, detail))

    async def ask(self, subject: str, question: Callable[[], Awaitable[str]]) -> None:
        """Keep the answer to a question, or why there is none."""
        try:
            self.note(subject, await question())
        except HostError as error:
            self.note(subject, str(error), well=False)
        except Exception as error:  # whatever is wrong with the subject is the finding
            self.note(subject, f"{type(error).__name__}: {error}", well=False)


def doctor(data: Data = None, bus: BusOption = None) -> None:
    """Look at Python, PostgreSQL, databases, bus and keys; exit with 1 if one is ill."""
    configure("critical")
    findings = Findings()
    _versions(findings)
    settings = HostSettings.of(data=data, bus=bus)
    findings.note("data folder", f"{settings.data} ({holder(settings.data) or 'not in use'})")
    server.run_once(lambda: _examine(settings, findings))
    _print(findings)
    raise typer.Exit(0 if all(well for _, well, _ in findings.rows) else 1)


def _versions(findings: Findings) -> None:
    python = f"{platform.python_version()} in {sys.prefix}"
    findings.note("Kehu", VERSION)
    findings.note("Python", python, well=sys.version_info >= (3, 11))
    found = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in _LIBRARIES)
    findings.note("libraries", found)


async def _examine(settings: HostSettings, findings: Findings) -> None:
    try:
        async with opened(settings, any_version=True) as here:
            for service in here.services:
                await _service(here, service, findings)
            await findings.ask("bus", lambda: _bus(here))
            await findings.ask("token keys", lambda: _keys(here))
    except (HostError, EmbeddedPostgresError, OSError) as error:
        findings.note("databases", str(error), well=False)


async def _service(here: Opened, service: Service, findings: Findings) -> None:
    place, db = here.databases.places[service.name], here.dbs[service.name]

    async def server_version() -> str:
        async with db.reading() as conn:
            number = int(await conn.scalar(sa.text("SHOW server_version_num")))
            if number < _OLDEST_POSTGRES:
                raise HostError(f"PostgreSQL {number // 10000} is too old; 15 is the oldest.")
            return f"PostgreSQL {await conn.scalar(sa.text('SHOW server_version'))}"

    async def migrated() -> str:
        await require_current(service, place)
        async with db.reading() as conn:
            version = await conn.scalar(sa.text("SELECT version_num FROM alembic_version"))
            return f"at the newest version {version}; {await _backlog(conn, service)}"

    await findings.ask(f"{service.name} server", server_version)
    await findings.ask(f"{service.name} database", migrated)


async def _backlog(conn: Connection, service: Service) -> str:
    waiting = await conn.scalar(sa.text("SELECT count(*) FROM outbox WHERE published_at IS NULL"))
    if "parked" not in service.metadata.tables:
        return f"{waiting} events to publish"
    held = await conn.scalar(sa.text("SELECT count(*) FROM parked WHERE resolved_at IS NULL"))
    return f"{waiting} events to publish, {held} parked"


async def _bus(here: Opened) -> str:
    ends = await here.bus.end_offsets({event.topic for event in all_events()})
    topics = {place.topic for place in ends}
    return f"{len(topics)} topics, {len(ends)} partitions, {sum(ends.values()):,} records"


async def _keys(here: Opened) -> str:
    """Ask the customer service for its key set, as the other services do."""
    async with _customer_client(here) as client:
        response = await client.get("/v1/auth/jwks")
        if response.status_code != httpx.codes.OK:
            raise HostError(f"{response.url.path} answers {response.status_code}.")
        keys = response.json()["keys"]
    if not keys:
        raise HostError("There is no key to sign tokens with.")
    return ", ".join(f"{key['kid']} ({key['alg']})" for key in keys)


@asynccontextmanager
async def _customer_client(here: Opened) -> AsyncIterator[httpx.AsyncClient]:
    customer = next(each for each in here.services if each.name == "customer")
    app = customer.create_app(here.databases.settings(customer), db=here.dbs["customer"])
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://kehu") as client:
        yield client


def _print(findings: Findings) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    for subject, well, detail in findings.rows:
        mark = "[green]well[/green]" if well else "[red]ill[/red]"
        table.add_row(subject, mark, escape(detail))
    Console().print(table)
