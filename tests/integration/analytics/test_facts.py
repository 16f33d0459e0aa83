"""Facts: the newest state of every document, whatever way its events came."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from services.analytics.consumers import CONSUMER, PROJECTIONS
from shared.bus.port import Record
from shared.events.order import OrderChanged
from tests.support.facts import contents, reported
from tests.support.feeding import Feed
from tests.support.generated import World
from tests.support.services import ServiceUnderTest


def test_every_event_type_has_its_facts() -> None:
    """S192: nothing that the services publish is lost to the reports."""
    assert {event.event_type for event in reported()} == CONSUMER.types


def test_each_family_of_events_has_one_projection() -> None:
    for event in reported():
        assert len([each for each in PROJECTIONS if issubclass(event, each.state)]) == 1


async def test_all_documents_are_there_at_their_newest_version(
    fed: ServiceUnderTest, world: World
) -> None:
    newest = {each.aggregate_id: each.sequence for each in world.envelopes()}
    query = " UNION ALL ".join(
        f"SELECT id, version FROM {each.table.fullname}" for each in PROJECTIONS
    )
    async with fed.db.reading() as conn:
        rows = (await conn.execute(sa.text(query))).all()
    assert {row.id: row.version for row in rows} == newest


async def test_events_delivered_again_change_nothing(
    fed: ServiceUnderTest, feed: Feed, world: World
) -> None:
    """Invariant 11."""
    before = await contents(fed)
    await feed.send_by_topic(world.envelopes())
    assert await contents(fed) == before


async def test_lines_that_are_gone_from_a_document_are_gone_from_the_facts(
    analytics: ServiceUnderTest, feed: Feed
) -> None:
    """S192: an order that was changed before its approval."""
    world = World(seed=77)
    placed = world.placed_order(world.customer(), lines=3)
    await feed.send_by_topic(world.envelopes())
    assert await lines_of(analytics, placed) == {line["line_id"] for line in placed["lines"]}
    world.events.clear()
    kept = placed["lines"][1:]
    amount = sum(line["amount"]["amount"] for line in kept)
    total = {"amount": amount, "currency": placed["total"].currency}
    world.emit(OrderChanged, placed | {"lines": kept, "total": total}, world.moment(world.day()))
    await feed.send_by_topic(world.envelopes())
    assert await lines_of(analytics, placed) == {line["line_id"] for line in kept}


async def lines_of(service: ServiceUnderTest, order: dict[str, Any]) -> set[Any]:
    query = sa.text("SELECT line_id FROM facts.order_line WHERE order_id = :id")
    async with service.db.reading() as conn:
        return set((await conn.execute(query, {"id": order["order_id"]})).scalars())


async def test_what_cannot_be_read_is_parked_and_the_rest_goes_on(
    analytics: ServiceUnderTest, feed: Feed
) -> None:
    """F14 for the reports: the document of the bad event waits, others are projected."""
    world = World(seed=78)
    first, second = world.customer(), world.customer()
    good = [each for each in world.envelopes() if each.topic == "crm.customer.customer"]
    records = [feed._record(each.topic, each) for each in good]
    records[0] = _broken(records[0])
    await feed.inbox.handle(records)
    query = sa.text("SELECT id FROM facts.customer WHERE id = ANY(:ids)")
    async with analytics.db.reading() as conn:
        ids = {"ids": [first.customer_id, second.customer_id]}
        found = set((await conn.execute(query, ids)).scalars())
    assert len(found) == 1


def _broken(record: Record) -> Record:
    return Record(
        record.topic,
        record.partition,
        record.offset,
        record.key,
        b"{}",
        record.headers,
        record.timestamp,
    )
