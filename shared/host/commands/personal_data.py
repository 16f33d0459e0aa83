"""``kehu personal-data``: all about a person, out of all services of this host."""

from __future__ import annotations

import getpass
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from pydantic_core import to_json

from shared.domain.actor import SYSTEM
from shared.host import server
from shared.host.options import Data, opened
from shared.host.settings import HostSettings
from shared.logging import configure
from shared.privacy.declared import holdings_of
from shared.privacy.requests import Request, give_out
from shared.privacy.subjects import Subject
from shared.service import installed

commands = typer.Typer(no_args_is_help=True, help="Give out what is known about a person.")
Kind = Annotated[
    Subject, typer.Argument(metavar="TYPE", help="contact, portal_user, customer or staff.")
]
Id = Annotated[UUID, typer.Argument(metavar="ID", help="The id of the record.")]
Why = Annotated[str, typer.Option("--reason", help="Why: the register keeps it.")]


@commands.callback()
def _commands() -> None:
    pass


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
