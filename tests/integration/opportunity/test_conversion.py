"""An accepted quote becomes a contract or an order of the order service, to the cent (S101)."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest

from shared.domain.ids import new_id
from shared.events.customer import CustomerCreated
from shared.events.envelope import Envelope
from tests.support.opportunity import (
    approved_quote,
    customer_state,
    deliver,
    line,
    listed_product,
    money,
    on_quote,
    parked,
    product,
    project,
    redeliver,
    succeeded,
)
from tests.support.services import ServiceUnderTest


async def _outbox(service: ServiceUnderTest, *aggregates: str) -> list[Envelope]:
    query = (
        "SELECT headers::text, payload::text FROM outbox"
        " WHERE aggregate_type = ANY($1::text[]) ORDER BY seq"
    )
    async with service.db.reading() as conn:
        rows = await conn.exec_driver_sql(query, (list(aggregates),))
    return [Envelope.parse(json.loads(headers), data) for headers, data in rows]


async def _accepted(service: ServiceUnderTest, customer_id: UUID, chain: str) -> dict[str, Any]:
    """A quote with a discount, a stated price, and a product outside the price list."""
    breaker = await listed_product(service, "33.33")
    special = await product(service)
    lines = [
        line(breaker, "3.3333", discount="0.0333"),
        line(breaker, "1000", unit_price=money("32.10")),
        line(special, "7", unit_price=money("0.99")),
    ]
    found = await project(service, customer_id=customer_id)
    approved = await approved_quote(
        service, lines, opportunity_id=found["id"], chain=chain, payment_days=45
    )
    return succeeded(await on_quote(service, approved, "accept"))


@pytest.mark.parametrize(
    ("chain", "kind"), [("contract_first", "contracts"), ("ordinary", "orders")]
)
async def test_an_accepted_quote_is_converted_with_the_same_amounts(
    opportunity: ServiceUnderTest, order: ServiceUnderTest, chain: str, kind: str
) -> None:
    """S101, S103."""
    seller = opportunity.person("account_manager")
    created = CustomerCreated(**customer_state(new_id(), owner_id=seller))
    for service in (opportunity, order):
        await deliver(service, created, created.customer_id)
    accepted = await _accepted(opportunity, created.customer_id, chain)
    for envelope in await _outbox(opportunity, "product", "quote"):
        await redeliver(order, envelope)
    assert await parked(order) == []
    async with order.client("executive") as client:
        wanted = {"customer_id": str(created.customer_id)}
        (listed,) = succeeded(await client.get(f"/v1/{kind}", params=wanted))["items"]
        document = succeeded(await client.get(f"/v1/{kind}/{listed['id']}"))
    assert document["quote_id"] == accepted["id"]
    assert document["opportunity_id"] == accepted["opportunity_id"]
    assert (document["total"], document["payment_days"]) == (accepted["total"], 45)
    assert [each["amount"] for each in document["lines"]] == [
        each["amount"] for each in accepted["lines"]
    ]
