"""``kehu personal-data``: all about a person, out of all services of this host; and the log after
somebody was erased."""

from __future__ import annotations

import getpass
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast
from uuid import UUID

import asyncpg
import typer
from pydantic_core import to_json

from shared.db.connection import close_session, open_session
from shared.domain.actor import SYSTEM
from shared.host import server
from shared.host.console import say
from shared.host.kafka_log import forget
from shared.host.options import BusOption, Data, opened
from shared.host.settings import HostSettings
from shared.logging import configure
from shared.privacy.declared import holdings_of
from shared.privacy.log import erased_people, rewrite_audit, rewrite_bus, rewrite_outbox
from shared.privacy.requests import Request, give_out
from shared.privacy.subjects import Subject
from shared.service import installed

if TYPE_CHECKING:
    from shared.bus.kafka import KafkaBus

commands = typer.Typer(
    no_args_is_help=True, help="Give out what is known about a person; let the log forget."
)
Kind = Annotated[
    Subject, typer.Argument(metavar="TYPE", help="contact, portal_user, customer or staff.")
]
Id = Annotated[UUID, typer.Argument(metavar="ID", help="The id of the record.")]
#: Keeps the records of people, and the register of who was erased.
_KEEPER = "customer"
Why = Annotated[str, typer.Option("--reason", help="Why: the register keeps it.")]


@commands.command()
def export(
    subject_type: Kind,
    subject_id: Id,
    reason: Why,
    to: Annotated[
        Path | None, typer.Option("--to", help="A file to write, instead of the screen.")
    ] = None,
    data: Data = None,
) -> None:
    """Write all about a person as JSON: a contact, a member of staff, or a customer who is a sole
    trader. The register of each service notes it."""
    configure("error")
    request = Request(subject_type, subject_id, reason)
    found = server.run_once(lambda: _export(HostSettings.of(data=data), request))
    text = to_json(found, indent=2).decode() + "\n"
    if to is None:
        sys.stdout.write(text)
    else:
        to.touch(mode=0o600)
        to.write_text(text)


async def _export(settings: HostSettings, request: Request) -> dict[str, Any]:
    operator = replace(SYSTEM, name=getpass.getuser())
    found: dict[str, Any] = {}
    async with opened(settings, installed()) as here:
        for name, db in here.dbs.items():
            async with db.transaction(operator) as uow:
                tables = await give_out(uow, holdings_of(name), request)
            found[name] = {each.table: each.rows for each in tables}
    return {"subject_type": request.subject, "subject_id": request.subject_id, "services": found}


@commands.command("erase-log")
def erase_log(data: Data = None, bus: BusOption = None) -> None:
    """Put pseudonyms in the place of names in the events and the audit, of all who were erased so
    far. The system may be running; done again it changes nothing."""
    configure("error")
    settings = HostSettings.of(data=data, bus=bus)
    for what, count in server.run_once(lambda: _erase_log(settings)).items():
        say(f"{what}: {count:,} changed")


async def _erase_log(settings: HostSettings) -> dict[str, int]:
    done: dict[str, int] = {}
    async with opened(settings, installed()) as here:
        owned = {name: place.owned(name) for name, place in here.databases.places.items()}
        async with _session(owned[_KEEPER]) as session:
            people = await erased_people(session)
            done["events"] = await rewrite_outbox(session, people)
        if settings.bus_kind == "kafka":
            bus = cast("KafkaBus", here.bus)
            done["records of the bus"] = await forget(here.dbs[_KEEPER], bus, people, say)
        elif here.databases.bus_url:
            async with _session(here.databases.bus_url) as session:
                done["records of the bus"] = await rewrite_bus(session, people)
        for name, dsn in owned.items():
            async with _session(dsn) as session:
                done[f"audit of {name}"] = await rewrite_audit(session, people)
    return done


@asynccontextmanager
async def _session(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    session = await open_session(dsn, "kehu-erase-log")
    try:
        yield session
    finally:
        await close_session(session)
