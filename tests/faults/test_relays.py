"""Relays at once: each event is published in the order of its aggregate."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator

import pytest

from shared.bus.postgres import PostgresBus
from shared.db.unit_of_work import Database
from shared.domain.ids import new_id
from shared.outbox.relay import Relay
from tests.support.postgres import create_database, drop_database, test_server
from tests.support.things import (
    change,
    count,
    registered_things,
    things_database,
    topic_records,
)

RELAYS, THINGS, CHANGES = 4, 12, 10


@pytest.fixture
async def urls() -> AsyncIterator[list[str]]:
    """Two empty databases."""
    names = [f"relays_{new_id().hex[-12:]}" for _ in range(2)]
    yield [await create_database(test_server(), name) for name in names]
    for name in names:
        await drop_database(test_server(), name)


async def relay(database: Database, bus: PostgresBus) -> None:
    """Have several relays bring the outbox to the bus, a few events at a time."""
    stop = asyncio.Event()
    relays = [Relay(database.engine, bus, batch=3) for _ in range(RELAYS)]
    running = [asyncio.ensure_future(each.run(stop)) for each in relays]
    while await count(database, "outbox", "published_at IS NULL"):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    stop.set()
    await asyncio.gather(*running)


async def test_four_relays_overtake_nobody(urls: list[str]) -> None:
    """F2: the versions of an aggregate first appear on the bus in their order."""
    bus = PostgresBus(urls[1])
    await bus.migrate()
    with registered_things():
        async with things_database(urls[0]) as database:
            versions = [str(number) for number in range(CHANGES)]
            await asyncio.gather(*(change(database, *versions) for _ in range(THINGS)))
            await relay(database, bus)
            seen: dict[str, list[int]] = defaultdict(list)
            for record in await topic_records(bus):
                version = int(record.headers["ce_sequence"])
                if version not in seen[record.key]:
                    seen[record.key].append(version)
    await bus.close()
    assert len(seen) == THINGS
    assert all(each == list(range(1, CHANGES + 1)) for each in seen.values()), dict(seen)
