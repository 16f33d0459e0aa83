"""``kehu parked``: the events that could not be applied, and what an operator does with them."""

from __future__ import annotations

import getpass
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import UUID

import typer
from pydantic_core import from_json
from rich.console import Console

from shared.db.driver import Connection
from shared.domain.errors import DomainError
from shared.host import server
from shared.host.errors import HostError
from shared.host.options import Data, opened
from shared.host.settings import HostSettings
from shared.inbox import parked
from shared.inbox.arrival import Reason
from shared.inbox.consumer import Consumer
from shared.inbox.inbox import Inbox
from shared.logging import configure
from shared.service import Service, installed, load

T = TypeVar("T")

commands = typer.Typer(no_args_is_help=True, help="List, mend and settle events that are parked.")
ConsumerName = Annotated[str, typer.Argument(metavar="CONSUMER", help="Who could not apply it.")]
EventId = Annotated[UUID, typer.Argument(help="The event's id.")]


@commands.command("list")
def list_parked(
    consumer: Annotated[str | None, typer.Option(help="Of this consumer only.")] = None,
    reason: Annotated[Reason | None, typer.Option(help="Parked for this reason only.")] = None,
    resolved: Annotated[bool, typer.Option(help="Those dealt with, instead.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many each.")] = 100,
    data: Data = None,
) -> None:
    """List parked events, oldest first."""
    wanted = [pair for pair in _consumers() if consumer in (None, pair[1].name)]
    if not wanted:
        raise HostError(f"There is no consumer {consumer!r}.")
    services = list(dict.fromkeys(service.name for service, _ in wanted))

    async def read() -> list[parked.ParkedEvent]:
        found: list[parked.ParkedEvent] = []
        async with opened(HostSettings.of(data=data), services) as here:
            for service, each in wanted:
                async with here.dbs[service.name].reading() as conn:
                    found += await parked.list_parked(
                        conn, consumer=each.name, reason=reason, resolved=resolved, limit=limit
                    )
        return found

    _print_list(_run(read))


@commands.command()
def show(consumer: ConsumerName, event_id: EventId, data: Data = None) -> None:
    """Show one parked event with its headers, its data and its error."""

    async def read() -> parked.ParkedEvent:
        async with _inbox(HostSettings.of(data=data), consumer) as inbox, _read(inbox) as conn:
            return await parked.get(conn, consumer, event_id)

    _print_event(_run(read))


@commands.command()
def retry(consumer: ConsumerName, event_id: EventId, data: Data = None) -> None:
    """Apply the parked events of the event's aggregate, oldest first, until one fails."""

    async def act() -> parked.Outcome:
        async with _inbox(HostSettings.of(data=data), consumer) as inbox:
            return await parked.retry(inbox, event_id, by=_operator())

    _print_outcome(_run(act))


@commands.command()
def mend(
    consumer: ConsumerName,
    event_id: EventId,
    file: Annotated[
        Path | None, typer.Option("--file", help="File with the data as it should be.")
    ] = None,
    header: Annotated[
        list[str] | None, typer.Option("--header", help="name=value, to replace one header.")
    ] = None,
    data: Data = None,
) -> None:
    """Replace what is wrong with a parked event; the original is kept. Then retry it."""
    if file is None and not header:
        raise HostError("Name what replaces it: --file, --header, or both.")
    replaced = dict(each.partition("=")[::2] for each in header or ())

    async def act() -> parked.ParkedEvent:
        async with _inbox(HostSettings.of(data=data), consumer) as inbox:
            async with _read(inbox) as conn:
                event = await parked.get(conn, consumer, event_id)
            return await parked.mend(
                inbox.database,
                consumer,
                event_id,
                data=file.read_text() if file else None,
                headers={**from_json(event.headers), **replaced} if replaced else None,
                by=_operator(),
            )

    _print_event(_run(act))


@commands.command()
def drop(
    consumer: ConsumerName,
    event_id: EventId,
    why: Annotated[str, typer.Option(help="Why the event is given up.")],
    data: Data = None,
) -> None:
    """Give an event up for good, and apply those that only waited behind it."""

    async def act() -> parked.Outcome:
        async with _inbox(HostSettings.of(data=data), consumer) as inbox:
            return await parked.drop(inbox, event_id, by=_operator(), why=why)

    _print_outcome(_run(act))


def _run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    configure("error")
    try:
        return server.run_once(work)
    except DomainError as error:
        raise HostError(error.detail) from error


def _consumers() -> list[tuple[Service, Consumer]]:
    return [(service, each) for service in map(load, installed()) for each in service.consumers]


@asynccontextmanager
async def _inbox(settings: HostSettings, name: str) -> AsyncIterator[Inbox]:
    found = [(service, each) for service, each in _consumers() if each.name == name]
    if not found:
        known = ", ".join(each.name for _, each in _consumers())
        raise HostError(f"There is no consumer {name!r}; there are {known}.")
    service, consumer = found[0]
    async with opened(settings, [service.name]) as here:
        yield Inbox(here.dbs[service.name], consumer)


def _read(inbox: Inbox) -> AbstractAsyncContextManager[Connection]:
    return inbox.database.reading()


def _operator() -> str:
    return f"{getpass.getuser()} (command line)"


def _print_list(events: list[parked.ParkedEvent]) -> None:
    """Print two lines for each: who could not apply which event, and why."""
    for event in events:
        what = f"{event.type or '?'} #{event.aggregate_version or '?'}"
        print(f"{event.parked_at:%Y-%m-%d %H:%M:%S}  {event.consumer}  {event.event_id}  {what}")
        print(f"    {event.resolution or event.reason}: {event.error[:200]}")
    if not events:
        print("Nothing is parked.")


def _print_event(event: parked.ParkedEvent) -> None:
    console = Console(soft_wrap=True)
    for name in (each.name for each in fields(event)):
        value = getattr(event, name)
        if value is not None:
            console.print(f"[bold]{name:18}[/bold]", end="")
            console.print(str(value), markup=False)


def _print_outcome(outcome: parked.Outcome) -> None:
    for event_id in outcome.applied:
        print(f"applied {event_id}")
    if outcome.failed is not None:
        raise HostError(f"{outcome.failed} failed again: {outcome.error}")
