"""``kehu check``: every promise about the data, within each service and across them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import sqlalchemy as sa
import typer
from pydantic_core import to_json
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from shared.audit.store import Head
from shared.audit.verifying import Verified
from shared.db.common_invariants import WHILE_RUNNING
from shared.db.invariants import Violation, violations
from shared.db.unit_of_work import Database
from shared.documents.settings import storage
from shared.documents.verifying import verify_documents
from shared.host import server
from shared.host.chains import read_heads, verify_chains
from shared.host.conservation import Conservation, check_conservation
from shared.host.databases import has_documents
from shared.host.instance import holder
from shared.host.options import Data, Opened, opened
from shared.host.settings import HostSettings
from shared.logging import configure
from shared.service import Service

Found = dict[str, list[Violation]]
Chains = dict[str, Verified]
Heads = Annotated[
    list[str] | None,
    typer.Option(
        "--audit-head",
        metavar="SERVICE:NUMBER:HASH",
        help="A head of the audit that was noted earlier and must still be in it.",
    ),
]

Hashes = Annotated[
    bool,
    typer.Option("--hashes", help="Read the content of every document, and not only its size."),
]


def check(
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")] = False,
    audit_head: Heads = None,
    hashes: Hashes = False,
) -> None:
    """Check every promise about the data; exit with 1 when one is broken.

    The system may be running meanwhile.
    """
    configure("error")
    kept = read_heads(audit_head or ())
    found, across, chains = server.run_once(
        lambda: _check(HostSettings.of(data=data), kept, hashes)
    )
    broken = [each for listed in found.values() for each in listed] + across.violations
    if as_json:
        print(_document(found, across, chains))
    else:
        _print(found, across, chains, broken)
    raise typer.Exit(1 if broken else 0)


async def _check(
    settings: HostSettings, kept: Mapping[str, Head], hashes: bool
) -> tuple[Found, Conservation, Chains]:
    async with opened(settings) as here:
        at_work = here.databases.embedded is None or holder(settings.data) is not None
        found = {
            service.name: await _within(service, here.dbs[service.name], at_work=at_work)
            for service in here.services
        }
        chains = await verify_chains(here.services, here.dbs, kept)
        for name, chain in chains.items():
            found[name] += [chain.broken] if chain.broken else []
        for service in filter(has_documents, here.services):
            found[service.name] += await _documents(here, service, hashes=hashes)
        return found, await _across(here), chains


async def _within(service: Service, db: Database, *, at_work: bool) -> list[Violation]:
    promises = (*service.promises, *(WHILE_RUNNING if at_work else ()))
    async with db.reading() as conn:
        await conn.execute(sa.text("SET statement_timeout = 0"))
        return await violations(conn, promises)


async def _documents(here: Opened, service: Service, *, hashes: bool) -> list[Violation]:
    """Look at every file of a service; whoever watches a terminal sees how far it is."""
    name, store = service.name, storage(here.databases.settings(service))
    with Progress(console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(f"documents of {name}", total=None)
        return await verify_documents(
            here.dbs[name],
            store,
            hashes=hashes,
            progress=lambda done, total: shown.update(task, completed=done, total=total),
        )


async def _across(here: Opened) -> Conservation:
    return await check_conservation(here.services, here.dbs, here.bus)


def _document(found: Found, across: Conservation, chains: Chains) -> str:
    document: dict[str, Any] = {
        "services": found,
        "events": {
            "recorded": across.recorded,
            "published": across.published,
            "in_log": across.in_log,
        },
        "consumers": across.consumers,
        "audit": {
            name: {"seq": chain.head.seq, "hash": chain.head.hash.hex()}
            for name, chain in chains.items()
        },
        "across": across.violations,
    }
    return to_json(document, indent=2, fallback=str).decode()


def _print(found: Found, across: Conservation, chains: Chains, broken: list[Violation]) -> None:
    console = Console(soft_wrap=True)
    for name, listed in found.items():
        console.print(f"{name:12} {_verdict(listed)}")
    console.print(f"{'across':12} {_verdict(across.violations)}")
    console.print(
        f"\n{across.recorded:,} events recorded, {across.published:,} published,"
        f" {across.in_log:,} in the log"
    )
    table = Table("consumer", "applied", "parked", "behind", box=None, header_style="bold")
    for each in across.consumers:
        table.add_row(each.name, f"{each.applied:,}", f"{each.parked:,}", f"{each.behind:,}")
    console.print(table)
    sealed = sum(chain.head.seq for chain in chains.values())
    console.print(f"\n{sealed:,} audit entries sealed; the heads, to be noted elsewhere:")
    for name, chain in chains.items():
        console.print(f"  {name}:{chain.head.seq}:{chain.head.hash.hex()}")
    for violation in broken:
        console.print(f"\n[red]{violation.invariant}[/red] {violation.promise}")
        console.print("  " + to_json(violation.row, fallback=str).decode(), markup=False)


def _verdict(listed: list[Violation]) -> str:
    return f"[red]{len(listed)} violations[/red]" if listed else "[green]holds[/green]"
