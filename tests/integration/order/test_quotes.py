"""Accepted quotes: each becomes one contract or one order, however often it is told."""

from __future__ import annotations

from decimal import Decimal

import pytest
import sqlalchemy as sa

from shared.domain.ids import new_id
from shared.events.customer import CustomerCreated
from tests.support.fulfilment import delivered
from tests.support.opportunity import customer_state, deliver, money, redeliver
from tests.support.order import (
    SELLER,
    countersigned_contract,
    customer,
    done,
    line,
    permit,
    product,
    read,
    reviewed_order,
    seller,
    send,
    submitted_contract,
    try_to_review,
)
from tests.support.quotes import quote, quote_line, yuan
from tests.support.services import ServiceUnderTest


async def parked(service: ServiceUnderTest) -> list[str]:
    """Why events wait."""
    async with service.db.reading() as conn:
        rows = await conn.execute(sa.text("SELECT error FROM parked WHERE resolved_at IS NULL"))
        return [row.error for row in rows]


async def test_a_contract_is_drafted_from_an_accepted_quote(order: ServiceUnderTest) -> None:
    """S101, S117."""
    accepted = quote(await customer(order), owner_id=seller(order))
    await deliver(order, accepted, accepted.quote_id, 5)
    (found,) = (await read(order, f"contracts?customer_id={accepted.customer_id}"))["items"]
    contract = await read(order, f"contracts/{found['id']}")
    assert contract["quote_id"] == str(accepted.quote_id)
    assert contract["opportunity_id"] == str(accepted.opportunity_id)
    assert contract["total"] == money("285.00")
    assert (contract["terms"], contract["payment_days"]) == ("预付三成", 45)
    assert contract["authors"] == [str(accepted.author_id)]
    assert (contract["owner_id"], contract["branch"]) == (str(accepted.owner_id), "天津")
    (shown,) = contract["lines"]
    assert (shown["unit_price"], shown["discount"]) == (money("100.00"), "0.050000")


async def test_nobody_who_wrote_on_a_quote_approves_what_is_made_of_it(
    order: ServiceUnderTest,
) -> None:
    """S101, S121, S123: neither who began it, nor who changed or submitted it, by whatever role."""
    buyer = await customer(order)
    first, second = order.person("王五"), order.person("赵六")
    wrote = {"owner_id": seller(order), "author_id": first, "authors": (first, second)}
    for chain in ("ordinary", "contract_first"):
        accepted = quote(buyer, chain=chain, **wrote)
        await deliver(order, accepted, accepted.quote_id)
    (placed,) = (await read(order, f"orders?customer_id={buyer}"))["items"]
    for name in ("王五", "赵六"):
        own = await try_to_review(order, placed, "general_manager", name=name)
        assert (own.status_code, own.json()["code"]) == (403, "own_order")
    await reviewed_order(order, placed)
    (found,) = (await read(order, f"contracts?customer_id={buyer}"))["items"]
    contract = await read(order, f"contracts/{found['id']}")
    assert contract["authors"] == [str(first), str(second)]
    contract = await countersigned_contract(order, await submitted_contract(order, contract))
    path = f"contracts/{contract['id']}/approve"
    own = await send(order, "general_manager", path, seen=contract, name="赵六")
    assert (own.status_code, own.json()["code"]) == (403, "own_contract")
    await done(order, "general_manager", path, seen=contract)


async def test_an_older_quote_names_its_first_author_alone(order: ServiceUnderTest) -> None:
    """S101: as it was told before others were."""
    accepted = quote(await customer(order), owner_id=seller(order), authors=())
    await deliver(order, accepted, accepted.quote_id)
    (found,) = (await read(order, f"contracts?customer_id={accepted.customer_id}"))["items"]
    contract = await read(order, f"contracts/{found['id']}")
    assert contract["authors"] == [str(accepted.author_id)]


async def test_a_quote_told_twice_makes_one_contract(order: ServiceUnderTest) -> None:
    """S101: the same event again, and another event of the same quote."""
    accepted = quote(await customer(order), owner_id=seller(order))
    envelope = await deliver(order, accepted, accepted.quote_id, 5)
    await redeliver(order, envelope)
    await deliver(order, accepted, accepted.quote_id, 6)
    found = (await read(order, f"contracts?customer_id={accepted.customer_id}"))["items"]
    assert len(found) == 1
    assert await parked(order) == []


async def test_other_business_types_make_an_order(
    order: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S101, S103: by the chain of the quote, once."""
    permit(order, monkeypatch)
    buyer = await customer(order)
    for chain in ("ordinary", "direct_delivery", "invoice_first"):
        accepted = quote(buyer, owner_id=seller(order), chain=chain)
        envelope = await deliver(order, accepted, accepted.quote_id, 5)
        await redeliver(order, envelope)
        await deliver(order, accepted, accepted.quote_id, 6)
        (found,) = (await read(order, f"orders?quote_id={accepted.quote_id}"))["items"]
        assert (found["chain"], found["total"]) == (chain, money("285.00"))
        placed = await read(order, f"orders/{found['id']}")
        assert (await reviewed_order(order, placed))["status"] == "approved"


async def test_a_quote_may_come_before_its_customer(order: ServiceUnderTest) -> None:
    """Events of two services come in any order; the review waits for the customer."""
    buyer = new_id()
    accepted = quote(buyer, owner_id=seller(order), chain="ordinary")
    await deliver(order, accepted, accepted.quote_id, 5)
    (found,) = (await read(order, f"orders?quote_id={accepted.quote_id}"))["items"]
    early = await try_to_review(order, found)
    assert early.json()["code"] == "customer_may_not_trade"
    await deliver(order, CustomerCreated(**customer_state(buyer)), buyer)
    await reviewed_order(order, found)


async def test_an_order_is_not_paid_later_than_its_quote_says(order: ServiceUnderTest) -> None:
    """S101: 45 days were accepted; an invoice of what was delivered does not give more either."""
    accepted = quote(await customer(order), owner_id=seller(order), chain="ordinary")
    await deliver(order, accepted, accepted.quote_id, 5)
    (found,) = (await read(order, f"orders?quote_id={accepted.quote_id}"))["items"]
    path = f"orders/{found['id']}"
    longer = {"payment_days": 46}
    refused = await send(order, SELLER, path, longer, seen=found, method="PATCH")
    assert (refused.status_code, refused.json()["code"]) == (409, "payment_term_exceeded")
    sent = await delivered(order, await reviewed_order(order, found))
    charged = {"delivery_ids": [sent["id"]]}
    refused = await send(order, "finance", "invoices", charged | longer)
    assert (refused.status_code, refused.json()["code"]) == (409, "payment_term_exceeded")
    drafted = await done(order, "finance", "invoices", charged)
    assert drafted["payment_days"] == 45


async def test_a_price_fixed_by_hand_counts_as_it_was_accepted(order: ServiceUnderTest) -> None:
    """S101: the amount of each line comes out to the cent."""
    odd = quote_line(
        quantity=Decimal("7"),
        list_price=yuan("33.33"),
        unit_price=yuan("30.01"),
        discount=Decimal("0.0996"),
        amount=yuan("210.07"),
    )
    accepted = quote(
        await customer(order), owner_id=seller(order), lines=(odd,), total=yuan("210.07")
    )
    await deliver(order, accepted, accepted.quote_id, 5)
    (found,) = (await read(order, f"contracts?customer_id={accepted.customer_id}"))["items"]
    assert found["total"] == money("210.07")
    assert await parked(order) == []


async def test_the_lines_of_a_quote_stay_as_they_were_accepted(order: ServiceUnderTest) -> None:
    """S101, S121: the rest is open to change; the author of the quote is that of the contract."""
    accepted = quote(await customer(order), owner_id=seller(order))
    await deliver(order, accepted, accepted.quote_id, 5)
    (found,) = (await read(order, f"contracts?customer_id={accepted.customer_id}"))["items"]
    path = f"contracts/{found['id']}"
    lines = {"lines": [line(await product(order))]}
    refused = await send(order, SELLER, path, lines, seen=found, method="PATCH")
    assert (refused.status_code, refused.json()["code"]) == (409, "bound_to_quote")
    body = {"title": "供货合同", "ends_on": "2027-12-31"}
    changed = await done(order, SELLER, path, body, seen=found, method="PATCH")
    contract = await countersigned_contract(order, await submitted_contract(order, changed))
    order.people["王五"] = accepted.author_id
    own = await send(order, "general_manager", f"{path}/approve", seen=contract, name="王五")
    assert own.json()["code"] == "own_contract"
    await done(order, "general_manager", f"{path}/approve", seen=contract)
