"""``kehu replay``: a read model built anew from the log, compared, and put in its place."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from shared.db.engine import create_engine
from shared.db.unit_of_work import Database
from shared.domain.errors import DomainError
from shared.host import server
from shared.host.errors import HostError
from shared.host.options import BusOption, Data, opened
from shared.host.settings import HostSettings
from shared.inbox.replay import ReplayReport
from shared.inbox.replay import replay as rebuild
from shared.logging import configure
from shared.service import ReadModel, Service, installed, load


def replay(
    read_model: Annotated[str, typer.Argument(help="The read model, such as analytics.")],
    compare: Annotated[
        bool, typer.Option("--compare", help="Only compare; leave the live tables in place.")
    ] = False,
    data: Data = None,
    bus: BusOption = None,
) -> None:
    """Build a read model anew from the events, beside the live one, and swap the two.

    The system goes on meanwhile. Prints how many rows differed.
    """
    configure("warning")
    service, model = _find(read_model)
    settings = HostSettings.of(data=data, bus=bus)
    report = server.run_once(lambda: _replay(settings, service, model, swap=not compare))
    _print(report)


def _find(name: str) -> tuple[Service, ReadModel]:
    models = {
        each.name: (service, each)
        for service in map(load, installed())
        for each in service.read_models
    }
    if name not in models:
        raise HostError(f"There is no read model {name!r}; there are {', '.join(models)}.")
    return models[name]


async def _replay(
    settings: HostSettings, service: Service, model: ReadModel, *, swap: bool
) -> ReplayReport:
    async with opened(settings, [service.name]) as here:
        engine = create_engine(here.databases.places[service.name].owned(service.name))
        owner = Database(engine, service=service.name)
        try:
            with _bar() as progress:
                task = progress.add_task(model.name, total=None)
                return await rebuild(
                    owner,
                    here.bus,
                    model.consumers,
                    service.metadata,
                    model.schema,
                    swap=swap,
                    progress=lambda done, of: progress.update(task, completed=done, total=of),
                )
        except DomainError as error:
            raise HostError(error.detail) from error
        finally:
            await owner.close()


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("events"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


def _print(report: ReplayReport) -> None:
    console = Console()
    table = Table("table", "rows", "only before", "only now", box=None, header_style="bold")
    for each in report.tables:
        table.add_row(each.table, f"{each.rows:,}", f"{each.only_live:,}", f"{each.only_shadow:,}")
    console.print(table)
    done = "swapped in" if report.swapped else "compared only"
    console.print(
        f"{report.events:,} events read, {report.applied:,} applied in {report.seconds:.1f} s;"
        f" consumers paused for {report.paused_seconds:.2f} s; {done};"
        f" {report.differences} rows differ"
    )
