"""The check across services knows events of other systems: nothing of ours is missed among them,
and each of them was applied or parked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.bus.port import Message, Record
from shared.bus.postgres import PostgresBus
from shared.db.unit_of_work import Database, UnitOfWork
from shared.events.inbound import StockLevelChanged
from shared.host.conservation import Conservation, check_conservation
from shared.inbox import inbound, parked
from shared.inbox.arrival import Received
from shared.inbox.consumer import Consumer
from shared.inbox.inbox import Inbox
from shared.service import Service
from shared.settings import ServiceSettings
from tests.support.bus import consuming, until
from tests.support.outside import ALLOWED, WAREHOUSE, record
from tests.support.things import metadata

LEVEL = {"product_code": "A", "site": "1", "on_hand": "5", "as_of": "2026-11-21T08:30:00Z"}


async def note(uow: UnitOfWork, received: Received[StockLevelChanged]) -> None:
    """Nothing comes of it."""


FED = Consumer("things.inbound", {StockLevelChanged: note})
THINGS = Service(
    name="things",
    settings=ServiceSettings,
    metadata=metadata,
    migrations=Path("nowhere"),
    consumers=(FED,),
)


@pytest.fixture(autouse=True)
def allowed() -> Iterator[None]:
    inbound.configure(ALLOWED)
    yield
    inbound.configure({})


@pytest.fixture
async def fed(things: Database, postgres_bus: PostgresBus) -> Database:
    """Three events of two subjects, with gaps, out of order and one twice; one of a stranger."""
    sent = [
        level("A", "7"),
        level("B", "3"),
        level("A", "5"),
        level("A", "9", source="/nobody"),
    ]
    await publish(postgres_bus, [*sent, sent[1]])
    inbox = Inbox(things, FED)
    async with consuming(postgres_bus, FED.topics, FED.name, inbox.handle):
        await until(lambda: inbox.handled == 5)
    return things


def level(subject: str, sequence: str, source: str = WAREHOUSE) -> Record:
    headers = {"ce_sequence": sequence}
    return record(StockLevelChanged, LEVEL, source=source, subject=subject, headers=headers)


async def publish(bus: PostgresBus, records: list[Record]) -> None:
    await bus.publish([Message(each.topic, each.key, each.value, each.headers) for each in records])


async def checked(things: Database, bus: PostgresBus) -> Conservation:
    return await check_conservation([THINGS], {"things": things}, bus)


async def on(things: Database, statement: str) -> None:
    async with things.pool.transaction() as conn:
        await conn.exec_driver_sql(statement)


async def test_events_without_an_outbox_of_ours_are_in_order(
    fed: Database, postgres_bus: PostgresBus
) -> None:
    found = await checked(fed, postgres_bus)
    assert found.violations == []
    assert (found.recorded, found.published, found.in_log) == (0, 0, 0)
    (consumer,) = found.consumers
    assert (consumer.applied, consumer.parked, consumer.behind) == (3, 1, 0)


@pytest.mark.parametrize("table", ["inbox", "parked"])
async def test_one_that_was_passed_over_is_noticed(
    fed: Database, postgres_bus: PostgresBus, table: str
) -> None:
    """An offset committed before the effect, or an error that was swallowed."""
    await on(fed, f"DELETE FROM {table} WHERE seq = (SELECT max(seq) FROM {table})")
    (violation,) = (await checked(fed, postgres_bus)).violations
    assert (violation.invariant, violation.row["topic"]) == ("events.10", "crm.inbound.stock")


async def test_one_whose_source_was_mended_is_accounted_for(
    fed: Database, postgres_bus: PostgresBus
) -> None:
    """With another source it is another event."""
    async with fed.reading() as conn:
        (waiting,) = await parked.list_parked(conn)
    headers = {**waiting.record().headers, "ce_source": WAREHOUSE}
    await parked.mend(fed, FED.name, waiting.event_id, headers=headers, by="operator")
    done = await parked.retry(Inbox(fed, FED), waiting.event_id, by="operator")
    assert done.error is None
    found = await checked(fed, postgres_bus)
    assert found.violations == []
    assert found.consumers[0].parked == 0
