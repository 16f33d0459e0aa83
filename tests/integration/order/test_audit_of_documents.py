"""What the audit says of documents with lines, of what the system does by itself, of the ledger."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from tests.support.auditing import entries_of
from tests.support.opportunity import deliver
from tests.support.order import (
    REVIEWER,
    SELLER,
    approved_order,
    customer,
    done,
    line,
    placed_order,
    product,
    read,
    seller,
)
from tests.support.quotes import quote
from tests.support.services import ServiceUnderTest


def kinds(entries: list[dict[str, Any]]) -> list[str]:
    return [each["event_type"].split(".", 2)[2] for each in entries]


async def test_of_lines_those_that_changed_are_told(order: ServiceUnderTest) -> None:
    """S123: what the lines of an order were, and what they are."""
    first, second, third = [await product(order) for _ in range(3)]
    placed = await placed_order(
        order, await customer(order), line(first, "10"), line(second, "5"), line(third, "2")
    )
    fourth = await product(order)
    body = {"lines": [line(first, "10"), line(second, "7"), line(fourth, "1")]}
    path = f"orders/{placed['id']}"
    await done(order, SELLER, path, body, seen=placed, method="PATCH")
    created, changed = await entries_of(order.db, placed["id"])
    _, lines = created["changes"]["lines"]
    assert [each["quantity"] for each in lines] == ["10.0000", "5.0000", "2.0000"]
    before, after = changed["changes"]["lines"]
    told = {each["product_id"] for each in (*before, *after) if "product_id" in each}
    assert str(fourth) in told
    assert {"7.0000", "1.0000"} <= {each.get("quantity") for each in after}
    assert changed["changes"]["total"][1] != changed["changes"]["total"][0]


async def test_an_approval_names_the_approver_and_the_step(order: ServiceUnderTest) -> None:
    approved = await approved_order(order, await customer(order))
    placed, reviewed = await entries_of(order.db, approved["id"])
    assert (placed["actor_name"], reviewed["actor_name"]) == (SELLER, REVIEWER)
    assert reviewed["changes"]["status"] == ["placed", "approved"]
    assert reviewed["client"] == "program"
    assert kinds([placed, reviewed]) == ["order.placed.v1", "order.approved.v1"]


async def test_a_reaction_to_an_event_is_audited_as_the_systems(order: ServiceUnderTest) -> None:
    """S101: the contract that an accepted quote becomes, by the request that accepted it."""
    accepted = quote(await customer(order), owner_id=seller(order))
    envelope = await deliver(order, accepted, accepted.quote_id, 5)
    (found,) = (await read(order, f"contracts?customer_id={accepted.customer_id}"))["items"]
    (entry,) = await entries_of(order.db, found["id"])
    assert (entry["actor_name"], entry["client"]) == ("system", "consumer order.quotes")
    assert (entry["address"], entry["request_id"]) == (None, envelope.correlation_id)


async def test_the_ledger_is_an_audit_of_its_own(order: ServiceUnderTest) -> None:
    """S160: journals cannot be changed and name who posted them; their documents have entries."""
    body = {
        "customer_id": str(await customer(order)),
        "amount": {"amount": "100.00", "currency": "CNY"},
    }
    prepayment = await done(order, "finance", "prepayments", body, key="ledger-audit")
    assert "prepayment.credited.v1" in kinds(await entries_of(order.db, prepayment["id"]))
    async with order.db.reading() as conn:
        posted = await conn.scalar(sa.text("SELECT count(*) FROM journal"))
        entries = await conn.scalar(
            sa.text("SELECT count(*) FROM audit_entry WHERE aggregate_type = 'voucher'")
        )
    assert posted > 0
    assert entries == 0
