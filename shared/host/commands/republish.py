"""``kehu republish``: the topics filled again from the outboxes, after the bus lost its log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer

from shared.host import server
from shared.host.console import say
from shared.host.errors import HostError
from shared.host.options import BusOption, Data, opened, service_called
from shared.host.refill import Refill, refill
from shared.host.settings import HostSettings
from shared.logging import configure
from shared.service import NAMES, Service

BEGINNING = "beginning"


def republish(
    since: Annotated[
        str,
        typer.Option("--from", help=f"'{BEGINNING}', or a time such as 2026-11-21T08:00+08:00."),
    ],
    services: Annotated[
        list[str] | None, typer.Argument(help="Whose events; those of all services unless named.")
    ] = None,
    data: Data = None,
    bus: BusOption = None,
) -> None:
    """Have events published once more, after the bus lost them; no consumer applies one twice.

    The system may be running. Consumers begin at the start of the log and are soon where they were.
    """
    configure("error")
    settings = HostSettings.of(data=data, bus=bus)
    moment = _moment(since)
    wanted = [service_called(name) for name in services or NAMES]
    done = server.run_once(lambda: _republish(settings, wanted, moment))
    for name, count in done.events.items():
        say(f"{name}: {count:,} events will be published again")
    say(f"begin anew: {', '.join(done.consumers)}")


async def _republish(
    settings: HostSettings, wanted: Sequence[Service], since: datetime | None
) -> Refill:
    producers = [each.name for each in wanted if "outbox" in each.metadata.tables]
    async with opened(settings) as here:
        return await refill(here.services, here.dbs, here.bus, producers, since, say)


def _moment(text: str) -> datetime | None:
    """Return the time that is meant, None for the beginning.

    Raises:
        HostError: it is no time, or it does not say in which zone.
    """
    if text == BEGINNING:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise HostError(
            f"--from {text}: say '{BEGINNING}', or a time with its zone"
            " such as 2026-11-21T08:00+08:00."
        )
    return moment
