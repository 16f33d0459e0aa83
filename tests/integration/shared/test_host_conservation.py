"""The check across services bites: each loss, double or disorder is noticed, and named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import asyncpg
import pytest

from shared.bus.postgres import PostgresBus
from shared.db.unit_of_work import Database
from shared.host.conservation import Conservation, check_conservation
from shared.inbox.inbox import Inbox
from shared.service import Service
from shared.settings import ServiceSettings
from tests.support.bus import consuming, until
from tests.support.things import change, effects_consumer, metadata, relay_all

THINGS = Service(
    name="things",
    settings=ServiceSettings,
    metadata=metadata,
    migrations=Path("nowhere"),
    consumers=(effects_consumer(),),
)


@pytest.fixture
async def delivered(things: Database, bus: PostgresBus) -> Database:
    """Four things with three events each, published and applied."""
    for _ in range(4):
        await change(things, "a", "b", "c")
    await relay_all(things, bus)
    inbox = Inbox(things, effects_consumer())
    async with consuming(bus, inbox.consumer.topics, inbox.consumer.name, inbox.handle):
        await until(lambda: inbox.handled == 12)
    return things


async def checked(things: Database, bus: PostgresBus) -> Conservation:
    return await check_conservation([THINGS], {"things": things}, bus)


async def broken(things: Database, bus: PostgresBus) -> set[str]:
    return {each.invariant for each in (await checked(things, bus)).violations}


async def execute(dsn: str, statement: str) -> None:
    session = await asyncpg.connect(dsn)
    await session.execute(statement)
    await session.close()


async def on(things: Database, statement: str) -> None:
    async with things.pool.transaction() as conn:
        await conn.exec_driver_sql(statement)


async def test_nothing_is_wrong_when_everything_arrived(
    delivered: Database, bus: PostgresBus
) -> None:
    found = await checked(delivered, bus)
    assert found.violations == []
    assert (found.recorded, found.published, found.in_log) == (12, 12, 12)
    (consumer,) = found.consumers
    assert (consumer.applied, consumer.parked, consumer.behind) == (12, 0, 0)


async def test_what_waits_is_no_loss(delivered: Database, bus: PostgresBus) -> None:
    """Unpublished events, and events nobody has consumed yet, are on their way."""
    await change(delivered, "d")
    assert await broken(delivered, bus) == set()
    await relay_all(delivered, bus)
    found = await checked(delivered, bus)
    assert found.violations == []
    assert found.consumers[0].behind == 1


async def test_publishing_twice_is_no_harm(delivered: Database, bus: PostgresBus) -> None:
    """A relay that is killed between publishing and marking publishes again."""
    await on(delivered, "UPDATE outbox SET published_at = NULL")
    await relay_all(delivered, bus)
    assert await broken(delivered, bus) == set()


async def test_an_event_that_never_reached_the_log(delivered: Database, bus: PostgresBus) -> None:
    """A relay that marks before it publishes, or reads behind a high-water mark."""
    await change(delivered, "d")
    await on(delivered, "UPDATE outbox SET published_at = now() WHERE published_at IS NULL")
    assert await broken(delivered, bus) == {"events.4"}


async def test_an_event_that_no_service_recorded(delivered: Database, bus: PostgresBus) -> None:
    """Published before the commit, and rolled back."""
    await on(delivered, "DELETE FROM outbox WHERE seq = (SELECT max(seq) FROM outbox)")
    assert await broken(delivered, bus) == {"events.4", "events.6"}


async def test_events_in_the_wrong_order(delivered: Database, bus: PostgresBus) -> None:
    """Several relays that skip each other's locked rows."""
    second, third = "2".zfill(20), "3".zfill(20)
    swap = f"UPDATE bus_record SET headers = replace(headers, '{second}', '{third}')"
    await execute(bus.dsn, swap)
    assert await broken(delivered, bus) == {"events.5"}


async def test_an_event_a_consumer_passed_over(delivered: Database, bus: PostgresBus) -> None:
    """An offset that was committed before the effect, or an error that was swallowed."""
    await on(delivered, "DELETE FROM inbox WHERE seq = 5")
    assert await broken(delivered, bus) == {"events.10"}


async def test_a_parked_event_is_not_lost(delivered: Database, bus: PostgresBus) -> None:
    poisoned = await change(delivered, "poison")
    await relay_all(delivered, bus)
    inbox = Inbox(delivered, effects_consumer(), retry_pauses=())
    async with consuming(bus, inbox.consumer.topics, inbox.consumer.name, inbox.handle):
        await until(lambda: inbox.handled == 1)
    found = await checked(delivered, bus)
    assert found.violations == []
    assert (found.consumers[0].applied, found.consumers[0].parked) == (12, 1)
    await on(delivered, f"DELETE FROM parked WHERE aggregate_id = '{poisoned.id}'")
    assert await broken(delivered, bus) == {"events.10"}


async def test_what_is_wrong_is_named(delivered: Database, bus: PostgresBus) -> None:
    await on(delivered, "DELETE FROM inbox WHERE seq = 5")
    (violation,) = (await checked(delivered, bus)).violations
    row: dict[str, Any] = violation.row
    assert row["consumer"] == "things.effects"
    assert row["topic"] == "crm.things.thing"
    assert row.keys() == {"consumer", "event_id", "topic", "offset"}
