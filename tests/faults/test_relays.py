"""The order and the completeness of what relays publish, where it is hardest to keep."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from shared.bus.postgres import PostgresBus
from shared.db.unit_of_work import Database
from shared.domain.actor import SYSTEM
from shared.domain.aggregate import Aggregate
from shared.domain.ids import new_id
from shared.outbox.relay import Relay
from tests.support.postgres import create_database, drop_database, test_server
from tests.support.things import (
    ThingChanged,
    change,
    count,
    registered_things,
    things_database,
    topic_records,
)

RELAYS, THINGS, CHANGES = 4, 3, 30


@pytest.fixture
async def urls() -> AsyncIterator[list[str]]:
    """Two empty databases."""
    names = [f"relays_{new_id().hex[-12:]}" for _ in range(2)]
    yield [await create_database(test_server(), name) for name in names]
    for name in names:
        await drop_database(test_server(), name)


@asynccontextmanager
async def relaying(database: Database, bus: PostgresBus, relays: int) -> AsyncIterator[None]:
    """Have relays bring the outbox to the bus, one event at a time."""
    stop = asyncio.Event()
    every = [Relay(database.engine, bus, batch=1) for _ in range(relays)]
    running = [asyncio.ensure_future(each.run(stop)) for each in every]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*running)


async def published(database: Database) -> None:
    """Wait until all that is committed is on the bus."""
    async with asyncio.timeout(10):
        while await count(database, "outbox", "published_at IS NULL"):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_four_relays_overtake_nobody(urls: list[str]) -> None:
    """F2: the versions of an aggregate first appear on the bus in their order."""
    bus = PostgresBus(urls[1])
    await bus.migrate()
    with registered_things():
        async with things_database(urls[0]) as database:
            versions = [str(number) for number in range(CHANGES)]
            await asyncio.gather(*(change(database, *versions) for _ in range(THINGS)))
            async with relaying(database, bus, RELAYS):
                await published(database)
            seen: dict[str, list[int]] = defaultdict(list)
            for record in await topic_records(bus):
                version = int(record.headers["ce_sequence"])
                if version not in seen[record.key]:
                    seen[record.key].append(version)
    await bus.close()
    assert len(seen) == THINGS
    assert all(each == list(range(1, CHANGES + 1)) for each in seen.values()), dict(seen)


async def test_what_commits_late_is_published(urls: list[str]) -> None:
    """F2: its place in the outbox is before that of an event which is on the bus already."""
    bus = PostgresBus(urls[1])
    await bus.migrate()
    with registered_things():
        async with things_database(urls[0]) as database, relaying(database, bus, 1):
            async with database.transaction(SYSTEM) as uow:
                await uow.record(
                    Aggregate(id=new_id(), version=1), ThingChanged(text="late", version=1)
                )
                await uow.flush()
                uow.recorded.clear()  # it is in the outbox
                await change(database, "soon")
                await published(database)
            await published(database)
            assert len(await topic_records(bus)) == 2
    await bus.close()
