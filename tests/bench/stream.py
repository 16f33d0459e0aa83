"""python -m tests.bench.stream: events on Kafka, from the commit to the tables of analytics.

How long an event takes at several rates, from the moment its commit is acknowledged, beside a floor
of the same run: the same bytes through a bare producer and a bare consumer of the same broker. Then
a backlog: how fast one relay publishes it, and how fast one worker of analytics catches up. Relay
and consumer are processes of their own, as is the broker; every commit is on disk.
"""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from services.customer.customers.model import Customer, Profile
from services.customer.customers.repository import Customers
from services.customer.staff.model import Owner
from shared.bus.kafka import KafkaBus
from shared.domain.actor import SYSTEM
from shared.domain.ids import new_id
from shared.embedded import EmbeddedPostgres
from shared.host.buses import declared_topics
from shared.outbox.doorbell import Doorbell
from tests.bench import company
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
TOPIC = "crm.customer.customer"
FLOOR_TOPIC = "crm.bench.floor"

_APPLIED = sa.text("SELECT event_id, applied_at FROM inbox WHERE consumer = 'analytics'")
_UNPUBLISHED = sa.text("SELECT count(*) FROM outbox WHERE published_at IS NULL")
_COUNT = sa.text("SELECT count(*) FROM inbox WHERE consumer = 'analytics'")

_customers = Customers()
console = Console(highlight=False)


def kafka(brokers: str) -> KafkaBus:
    """The bus, as production has it."""
    return KafkaBus({"bootstrap_servers": brokers})


async def main() -> None:
    """Measure and print."""
    folder, _ = free_folder("bench")
    postgres = EmbeddedPostgres(folder)
    server = postgres.start()
    await empty(server)  # what a run that was broken off left
    try:
        with own_kafka(say=console.print) as cluster:
            brokers = cluster.start()
            bus = kafka(brokers)
            await bus.declare(declared_topics())
            await bus.create_topics([FLOOR_TOPIC])
            customer = await services.launch(server, "customer")
            analytics = await services.launch(server, "analytics")
            await _latencies(customer, analytics, bus, brokers)
            await _backlog(customer, analytics, brokers)
            await bus.close()
            for each in (customer, analytics):
                await services.stop(server, each)
    finally:
        postgres.stop()


# -- how long one event takes ----------------------------------------------------------------


async def _latencies(
    customer: ServiceUnderTest, analytics: ServiceUnderTest, bus: KafkaBus, brokers: str
) -> None:
    table = Table(title="Commit to analytics on Kafka, and the floor: bare produce and consume")
    for name in ("events/s", "p50 ms", "p99 ms", "floor p50", "floor p99", "p99 ratio"):
        table.add_column(name, justify="right")
    with _worker("customer", customer, brokers), _worker("analytics", analytics, brokers):
        async with _ringing(customer):
            await _enter(customer, 500, 1, WARM_SECONDS)
            await _applied(customer, analytics)
            for rate, each in RATES.items():
                mine = await _measured(customer, analytics, rate, each)
                its = await _floor(bus, brokers, rate, each)
                shown = [_percentile(part, q) for part in (mine, its) for q in (0.5, 0.99)]
                ratio = shown[1] / shown[3]
                table.add_row(f"{rate:,}", *(f"{each:.1f}" for each in shown), f"{ratio:.1f}")
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


async def _measured(
    customer: ServiceUnderTest, analytics: ServiceUnderTest, rate: int, each: int
) -> list[float]:
    committed = await _enter(customer, rate, each, SECONDS)
    await _applied(customer, analytics)
    async with analytics.db.reading() as conn:
        rows: Any = await conn.execute(_APPLIED)
        applied: dict[UUID, datetime] = {row[0]: row[1] for row in rows}
    return [(applied[key].timestamp() - at) * 1000 for key, at in committed.items()]


async def _enter(
    service: ServiceUnderTest, rate: int, each: int, seconds: float
) -> dict[UUID, float]:
    """Commit customers at a steady rate, ``each`` of them in a transaction; return when."""
    chance, owner, slots = random.Random(rate), Owner(new_id(), "销售一部", "上海"), _slots()
    committed: dict[UUID, float] = {}

    async def commit(_: int) -> None:
        async with slots:
            async with service.db.transaction(SYSTEM) as uow:
                numbers = await _customers.next_numbers(uow, each)
                profiles = [Profile(name=company.new_name(chance)) for _ in numbers]
                new = [
                    Customer.create(profile, number=number, owner=owner, at=uow.now)
                    for number, profile in zip(numbers, profiles, strict=True)
                ]
                await _customers.add_many(uow, new)
            committed.update(dict.fromkeys((event.id for event in uow.recorded), time.time()))

    await _steadily(commit, rate / each, seconds)
    return committed


def _slots() -> asyncio.Semaphore:
    return asyncio.Semaphore(8)  # less than the connections of the pool


async def _steadily(act: Callable[[int], Awaitable[None]], rate: float, seconds: float) -> None:
    """Begin ``act`` so many times a second, whether or not the one before has ended."""
    began, running = time.perf_counter(), []
    for number in range(int(rate * seconds)):
        await asyncio.sleep(began + number / rate - time.perf_counter())
        running.append(asyncio.ensure_future(act(number)))
    await asyncio.gather(*running)


async def _floor(bus: KafkaBus, brokers: str, rate: int, each: int) -> list[float]:
    """The same bytes through a bare producer and a bare consumer."""
    values = [record.value for record in await bus.read(TOPIC, 0, 0, 200)]
    sent: dict[bytes, float] = {}
    taken: list[float] = []
    total = int(rate * SECONDS / each) * each
    async with _floor_clients(brokers) as (producer, consumer):

        async def consume() -> None:
            async for record in consumer:
                taken.append((time.perf_counter() - sent[record.key]) * 1000)
                if len(taken) == total:
                    return

        async def produce(number: int) -> None:
            now = time.perf_counter()
            for place in range(each):
                key = b"%d.%d" % (number, place)
                sent[key] = now
                await producer.send(FLOOR_TOPIC, values[number % len(values)], key)

        consuming = asyncio.ensure_future(consume())
        await _steadily(produce, rate / each, SECONDS)
        await asyncio.wait_for(consuming, 60)
    return taken


@asynccontextmanager
async def _floor_clients(
    brokers: str,
) -> AsyncIterator[tuple[AIOKafkaProducer, AIOKafkaConsumer]]:
    producer = AIOKafkaProducer(bootstrap_servers=brokers, acks="all", enable_idempotence=True)
    consumer = AIOKafkaConsumer(FLOOR_TOPIC, bootstrap_servers=brokers)
    await producer.start()
    await consumer.start()
    await consumer.seek_to_end()
    try:
        yield producer, consumer
    finally:
        await consumer.stop()
        await producer.stop()


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
def _worker(name: str, service: ServiceUnderTest, brokers: str, *part: str) -> Iterator[None]:
    url = service.db.engine.url.render_as_string(hide_password=False).replace("+asyncpg", "")
    command = [sys.executable, "-m", "tests.bench.working", name, url, brokers, *part]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2])
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


async def _applied(customer: ServiceUnderTest, analytics: ServiceUnderTest) -> None:
    """Wait until analytics has applied every event."""
    total = await _scalar(customer, sa.text("SELECT count(*) FROM outbox"))
    while await _scalar(analytics, _COUNT) < total:  # noqa: ASYNC110
        await asyncio.sleep(0.05)


async def _scalar(service: ServiceUnderTest, query: sa.TextClause) -> int:
    async with service.db.reading() as conn:
        return int(await conn.scalar(query))


def _percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


if __name__ == "__main__":
    asyncio.run(main())
