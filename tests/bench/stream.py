"""python -m tests.bench.stream [RATE ...]: events on Kafka, from the commit to analytics.

How long an event takes at several rates, from the moment its commit is acknowledged to the commit
of analytics, beside two floors of the same run, both the same bytes through a bare producer and a
bare consumer of the same broker: with nothing else at work, and beside the same load without relay
and consumers. Who used how much processor time is counted. Then a backlog: how fast one relay
publishes it, and how fast one worker of analytics catches up. Relay and consumer are processes of
their own, as is the broker; every commit is on disk.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from shared.bus.declared import declared_topics
from shared.bus.kafka import KafkaBus
from shared.embedded import EmbeddedPostgres
from shared.host import server
from shared.outbox.doorbell import Doorbell
from tests.bench import company
from tests.bench.bare import floor
from tests.bench.loading import Load
from tests.bench.processor import Processor
from tests.support import services
from tests.support.kafka.own import own_kafka
from tests.support.postgres import empty, free_folder
from tests.support.services import ServiceUnderTest

SECONDS = 10.0
#: A broker compiles itself while it works: young, it would cost more than all else.
WARM_SECONDS = 30.0
#: Events a second, and how many of them one commit brings (an import at the highest rate).
RATES = {50: 1, 500: 1, 2000: 10}
BACKLOG = int(os.environ.get("KEHU_BENCH_BACKLOG", "100000"))
#: Kafka's own default. With what a broker of the tests has it stands still for 8 ms twice a second.
MEMORY = ("-Xms1g", "-Xmx1g")
TOPIC = "crm.customer.customer"
FLOOR_TOPIC = "crm.bench.floor"

_APPLIED = sa.text(
    "SELECT event_id, pg_xact_commit_timestamp(xmin) FROM inbox WHERE consumer = 'analytics'"
)
_UNPUBLISHED = sa.text("SELECT count(*) FROM outbox WHERE published_at IS NULL")
_COUNT = sa.text("SELECT count(*) FROM inbox WHERE consumer = 'analytics'")

console = Console(highlight=False)


def kafka(brokers: str) -> KafkaBus:
    """The bus, as production has it."""
    return KafkaBus({"bootstrap_servers": brokers})


async def main() -> None:
    """Measure and print."""
    rates = {int(rate): RATES[int(rate)] for rate in sys.argv[1:]} or RATES
    folder, _ = free_folder("bench")
    postgres = EmbeddedPostgres(folder, options={"track_commit_timestamp": "on"})
    database = postgres.start()
    await empty(database)  # what a run that was broken off left
    try:
        with own_kafka(say=console.print, options=MEMORY) as cluster:
            brokers = cluster.start()
            bus = kafka(brokers)
            await bus.declare(declared_topics())
            await bus.create_topics([FLOOR_TOPIC])
            customer = await services.launch(database, "customer")
            analytics = await services.launch(database, "analytics")
            used = Processor(database.dsn("postgres"), {"broker": cluster.pid() or 0})
            await _Latencies(customer, analytics, bus, brokers, used).measure(rates)
            if rates is RATES:
                await _backlog(customer, analytics, brokers)
            await bus.close()
            for each in (customer, analytics):
                await services.stop(database, each)
    finally:
        postgres.stop()


# -- how long one event takes ----------------------------------------------------------------


@dataclass
class _Latencies:
    customer: ServiceUnderTest
    analytics: ServiceUnderTest
    bus: KafkaBus
    brokers: str
    used: Processor

    async def measure(self, rates: Mapping[int, int]) -> None:
        """Measure every rate with the workers, then the floors beside the load without them."""
        found = {}
        async with _ringing(self.customer):
            with self._workers():
                await (await Load(self.customer, 500, 1).prepare(WARM_SECONDS)).commit()
                await self._applied()
                for rate, each in rates.items():
                    mine = await self._mine(rate, each)
                    found[rate] = mine, await self._floor(rate, each)
            beside = {rate: await self._floor_beside(rate, each) for rate, each in rates.items()}
            with self._workers():  # for what was committed meanwhile
                await self._applied()
        _print_latencies({rate: (*parts, beside[rate]) for rate, parts in found.items()})

    @contextmanager
    def _workers(self) -> Iterator[None]:
        with (
            _worker("customer", self.customer, self.brokers) as relay,
            _worker("analytics", self.analytics, self.brokers) as facts,
        ):
            self.used.processes |= {
                "load": os.getpid(),
                "relay and timeline": relay,
                "analytics": facts,
            }
            yield

    async def _mine(self, rate: int, each: int) -> list[float]:
        """From the moment a commit was acknowledged to the commit of analytics."""
        load = await Load(self.customer, rate, each).prepare(SECONDS)
        server.freeze()
        await self.used.start()
        committed = await load.commit()
        await self._applied()
        self.used.print(console, f"{rate:,} events/s", len(committed), await self.used.stop())
        async with self.analytics.db.reading() as conn:
            rows: Any = await conn.execute(_APPLIED)
            applied: dict[UUID, datetime] = {row[0]: row[1] for row in rows}
        return [(applied[key].timestamp() - at) * 1000 for key, at in committed.items()]

    async def _floor(self, rate: int, each: int) -> list[float]:
        """The same bytes through a bare producer and a bare consumer."""
        values = [record.value for record in await self.bus.read(TOPIC, 0, 0, 200)]
        return await floor(self.brokers, FLOOR_TOPIC, values, rate, each, SECONDS)

    async def _floor_beside(self, rate: int, each: int) -> list[float]:
        load = await Load(self.customer, rate, each).prepare(SECONDS)
        server.freeze()
        _, taken = await asyncio.gather(load.commit(), self._floor(rate, each))
        return taken

    async def _applied(self) -> None:
        """Wait until analytics has applied every event."""
        total = await _scalar(self.customer, sa.text("SELECT count(*) FROM outbox"))
        while await _scalar(self.analytics, _COUNT) < total:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def _print_latencies(found: Mapping[int, Sequence[Sequence[float]]]) -> None:
    """Of each rate: our latencies, those of the idle floor, and of the floor beside the load."""
    table = Table(title="Commit to analytics, and the floor alone and beside the load (ms)")
    table.add_column("events/s", justify="right")
    for name in ("p50", "p99", "alone p50", "p99", "ratio", "beside p50", "p99", "ratio"):
        table.add_column(name, justify="right")
    for rate, (mine, *floors) in found.items():
        cells = [_percentile(mine, 0.5), _percentile(mine, 0.99)]
        for taken in floors:
            cells += [_percentile(taken, 0.5), _percentile(taken, 0.99)]
            cells.append(cells[1] / cells[-1])
        table.add_row(f"{rate:,}", *(f"{cell:.1f}" for cell in cells))
    console.print(table)


@asynccontextmanager
async def _ringing(service: ServiceUnderTest) -> AsyncIterator[None]:
    """Wake the relay's process after each commit, as an API process does."""
    stop, bell = asyncio.Event(), Doorbell(service.db.engine)
    service.db.on_commit = bell.ring
    ringing = asyncio.ensure_future(bell.run(stop))
    try:
        yield
    finally:
        stop.set()
        await ringing


# -- a backlog -------------------------------------------------------------------------------


async def _backlog(customer: ServiceUnderTest, analytics: ServiceUnderTest, brokers: str) -> None:
    table = Table(title=f"A backlog of {BACKLOG:,} events, one worker each")
    for name in ("what", "seconds", "events/s"):
        table.add_column(name, justify="right")
    with Progress(console=console) as progress:
        task = progress.add_task("customers", total=BACKLOG)
        await company.add_customers(
            customer, BACKLOG, lambda done: progress.update(task, completed=done)
        )
    with _worker("customer", customer, brokers, "relay"):
        seconds = await _until_changed(customer, _UNPUBLISHED, BACKLOG, 0)
        table.add_row("relay: outbox to Kafka", f"{seconds:.1f}", f"{BACKLOG / seconds:,.0f}")
    before = await _scalar(analytics, _COUNT)
    with _worker("analytics", analytics, brokers):
        seconds = await _until_changed(analytics, _COUNT, before, before + BACKLOG)
        table.add_row("analytics: Kafka to facts", f"{seconds:.1f}", f"{BACKLOG / seconds:,.0f}")
    console.print(table)


async def _until_changed(
    service: ServiceUnderTest, count: sa.TextClause, first: int, last: int
) -> float:
    """Seconds from the first change of a count until it is ``last``: the start does not count."""
    while await _scalar(service, count) == first:  # noqa: ASYNC110 - a process we only watch
        await asyncio.sleep(0.02)
    began = time.perf_counter()
    while await _scalar(service, count) != last:  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    return time.perf_counter() - began


# -- helpers ---------------------------------------------------------------------------------


@contextmanager
def _worker(name: str, service: ServiceUnderTest, brokers: str, *part: str) -> Iterator[int]:
    url = service.db.engine.url.render_as_string(hide_password=False).replace("+asyncpg", "")
    command = [sys.executable, "-m", "tests.bench.working", name, url, brokers, *part]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2])
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


async def _scalar(service: ServiceUnderTest, query: sa.TextClause) -> int:
    async with service.db.reading() as conn:
        return int(await conn.scalar(query))


def _percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


if __name__ == "__main__":
    server.run_once(main)
