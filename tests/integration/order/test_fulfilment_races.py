"""Two sessions at once: whatever the order of events, nothing is delivered or paid twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.domain.ids import new_id
from shared.http import gates
from tests.support.fulfilment import (
    ACCOUNTANT,
    STOREKEEPER,
    allocated,
    checked_delivery,
    checked_invoice,
    delivered,
    drafted_delivery,
    drafted_invoice,
    invoice_now,
    invoiced,
    order_now,
    part,
    receipt_now,
    received,
    share,
    shipped,
    try_to_allocate,
)
from tests.support.order import (
    Body,
    account,
    approved_order,
    assess,
    customer,
    line,
    placed_order,
    prepaid,
    product,
    read,
    send,
    try_to_review,
)
from tests.support.services import ServiceUnderTest


async def owed(order: ServiceUnderTest, customer_id: UUID, *amounts: str) -> list[Body]:
    """Issued invoices of these amounts."""
    found = []
    for amount in amounts:
        one = line(await product(order, listed=amount), "1", amount)
        ordered = await approved_order(order, customer_id, one)
        found.append(await invoiced(order, await delivered(order, ordered)))
    return found


def outcomes(answers: list[httpx.Response]) -> Counter[str]:
    """How often each outcome was told: ``ok``, or the code of the refusal."""
    return Counter("ok" if each.is_success else str(each.json()["code"]) for each in answers)


async def test_twenty_allocations_of_one_receipt_use_it_once(order: ServiceUnderTest) -> None:
    """S161: 100.00 are there, twenty sessions take 10.00 each; ten get it."""
    customer_id = await customer(order)
    invoices = await owed(order, customer_id, *["50.00"] * 20)
    receipt = await received(order, customer_id, "100.00")
    answers = await asyncio.gather(
        *(
            try_to_allocate(order, receipt, share(each, "10.00"), any_version=True)
            for each in invoices
        )
    )
    assert outcomes(answers) == {"ok": 10, "receipt_exceeded": 10}
    assert (await receipt_now(order, receipt))["unallocated"]["amount"] == "0.00"
    assert (await account(order, customer_id))["receivable"]["amount"] == "900.00"


async def test_twenty_allocations_to_one_invoice_pay_it_once(order: ServiceUnderTest) -> None:
    """S161: twenty receipts offer 10.00 each to an invoice of 100.00."""
    customer_id = await customer(order)
    (invoice,) = await owed(order, customer_id, "100.00")
    receipts = [await received(order, customer_id, "10.00") for _ in range(20)]
    answers = await asyncio.gather(
        *(
            try_to_allocate(order, each, share(invoice, "10.00"), any_version=True)
            for each in receipts
        )
    )
    assert outcomes(answers) == {"ok": 10, "invoice_exceeded": 10}
    assert (await invoice_now(order, invoice))["status"] == "settled"


async def test_of_twenty_who_saw_the_same_version_one_allocates(order: ServiceUnderTest) -> None:
    """S161: the others are told that the receipt has changed."""
    customer_id = await customer(order)
    (invoice,) = await owed(order, customer_id, "100.00")
    receipt = await received(order, customer_id, "100.00")
    answers = await asyncio.gather(
        *(try_to_allocate(order, receipt, share(invoice, "1.00")) for _ in range(20))
    )
    assert outcomes(answers) == {"ok": 1, "stale_version": 19}


async def test_the_last_quantity_is_delivered_once(order: ServiceUnderTest) -> None:
    """S144: two storekeepers prepare the same last piece."""
    ordered = await approved_order(order, await customer(order))
    answers = await asyncio.gather(
        *(
            send(order, STOREKEEPER, "deliveries", {"lines": [part(ordered, "10")]})
            for _ in range(5)
        )
    )
    assert outcomes(list(answers)) == {"ok": 1, "over_delivery": 4}


async def test_one_delivery_leaves_once(order: ServiceUnderTest) -> None:
    """S141: five ship the same delivery, whatever version they saw."""
    ordered = await approved_order(order, await customer(order))
    ready = await checked_delivery(order, await drafted_delivery(order, ordered))

    async def ship() -> httpx.Response:
        async with order.client(STOREKEEPER) as client:
            path = f"/v1/deliveries/{ready['id']}/ship"
            return await client.post(path, json={}, headers={"If-Match": "*"})

    answers = await asyncio.gather(*(ship() for _ in range(5)))
    assert outcomes(list(answers)) == {"ok": 1, "delivery_state": 4}
    assert (await order_now(order, ordered))["lines"][0]["delivered"] == "10.0000"


async def test_two_invoices_of_one_delivery_are_not_both_issued(order: ServiceUnderTest) -> None:
    """S153."""
    customer_id = await customer(order)
    sent = await delivered(order, await approved_order(order, customer_id))
    whole = {"delivery_id": sent["id"], "delivery_line_id": sent["lines"][0]["id"]}
    drafts = [
        await checked_invoice(order, await drafted_invoice(order, lines=[whole | {"quantity": q}]))
        for q in ("10", "10")
    ]
    answers = await asyncio.gather(
        *(
            send(order, ACCOUNTANT, f"invoices/{each['id']}/issue", seen=each, key=each["id"])
            for each in drafts
        )
    )
    assert outcomes(list(answers)) == {"ok": 1, "invoice_mismatch": 1}
    assert (await account(order, customer_id))["receivable"]["amount"] == "1000.00"


async def test_issued_numbers_have_no_gap_however_many_issue(order: ServiceUnderTest) -> None:
    """S160: nine at once, three of which are refused."""
    customer_id = await customer(order)
    ready = [
        await checked_invoice(
            order,
            await drafted_invoice(
                order, await delivered(order, await approved_order(order, customer_id))
            ),
        )
        for _ in range(6)
    ]
    attempts = [*ready, *ready[:3]]
    await asyncio.gather(
        *(
            send(order, ACCOUNTANT, f"invoices/{each['id']}/issue", seen=each, key=str(new_id()))
            for each in attempts
        )
    )
    numbers = [(await invoice_now(order, each))["number"] for each in ready]
    serials = sorted(int(each[4:]) for each in numbers)
    assert serials == list(range(serials[0], serials[0] + 6))


async def test_allocating_and_taking_back_at_once(order: ServiceUnderTest) -> None:
    """S161: one session reverses while others allocate the same receipt and invoice."""
    customer_id = await customer(order)
    (invoice,) = await owed(order, customer_id, "100.00")
    receipt = await received(order, customer_id, "100.00")
    paid = await allocated(order, receipt, share(invoice, "60.00"))
    (allocation,) = paid["allocations"]

    async def reverse() -> httpx.Response:
        return await send(
            order,
            ACCOUNTANT,
            f"allocations/{allocation['id']}/reverse",
            {"reason": "核销错误"},
            seen=allocation,
            key=str(new_id()),
        )

    answers = await asyncio.gather(
        reverse(),
        *(
            try_to_allocate(order, receipt, share(invoice, "30.00"), any_version=True)
            for _ in range(5)
        ),
        reverse(),
    )
    assert sum(answers[place].is_success for place in (0, -1)) == 1
    made = (await read(order, f"allocations?invoice_id={invoice['id']}&status=made"))["items"]
    applied = sum(Decimal(each["amount"]["amount"]) for each in made)
    assert Decimal((await invoice_now(order, invoice))["open"]["amount"]) == 100 - applied
    assert Decimal((await receipt_now(order, receipt))["unallocated"]["amount"]) == 100 - applied


async def test_crediting_and_allocating_at_once(order: ServiceUnderTest) -> None:
    """S161, S164: the receipt goes to the prepayment account or to the invoice, not to both."""
    customer_id = await customer(order)
    (invoice,) = await owed(order, customer_id, "100.00")
    receipt = await received(order, customer_id, "100.00")

    async def credit() -> httpx.Response:
        async with order.client(ACCOUNTANT) as client:
            return await client.post(
                f"/v1/receipts/{receipt['id']}/credit-prepayment",
                json={"amount": {"amount": "70.00", "currency": "CNY"}},
                headers={"If-Match": "*", "Idempotency-Key": str(new_id())},
            )

    answers = await asyncio.gather(
        credit(),
        try_to_allocate(order, receipt, share(invoice, "70.00"), any_version=True),
        credit(),
        try_to_allocate(order, receipt, share(invoice, "70.00"), any_version=True),
    )
    assert outcomes(list(answers)) == {"ok": 1, "receipt_exceeded": 3}


async def test_two_invoices_share_one_hold(order: ServiceUnderTest) -> None:
    """S165: parts of a prepaid order are issued at once; the hold pays each its part."""
    customer_id = await customer(order, "prepaid")
    await prepaid(order, customer_id, "1000.00")
    ordered = await approved_order(order, customer_id)
    ready = [
        await checked_invoice(
            order, await drafted_invoice(order, await delivered(order, ordered, quantity))
        )
        for quantity in ("3", "3", "4")
    ]
    answers = await asyncio.gather(
        *(
            send(order, ACCOUNTANT, f"invoices/{each['id']}/issue", seen=each, key=each["id"])
            for each in ready
        )
    )
    assert outcomes(list(answers)) == {"ok": 3}
    assert {(await invoice_now(order, each))["status"] for each in ready} == {"settled"}
    assert (await order_now(order, ordered))["status"] == "closed"


async def test_who_pays_an_order_and_who_approves_the_next_wait_in_one_order(
    order: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S161, S165: a paid invoice closes a prepaid order while the review holds money for others.

    Both need the customer's account and the prepayment account; nobody may be rescued by a retry.
    """
    monkeypatch.setattr(gates, "_COLLISIONS", ())
    for _ in range(5):
        customer_id = await customer(order, None)
        await prepaid(order, customer_id, "4000.00")
        held = await approved_order(order, customer_id)
        await assess(order, customer_id, "open")
        owing = await approved_order(order, customer_id)
        await assess(order, customer_id, "prepaid", sequence=2)
        both = await shipped(order, await drafted_delivery(order, held, owing))
        invoice = await invoiced(order, both)
        receipt = await received(order, customer_id, "1000.00")
        waiting = [await placed_order(order, customer_id) for _ in range(3)]
        paid, *reviewed = await asyncio.gather(
            try_to_allocate(order, receipt, share(invoice)),
            *(try_to_review(order, each) for each in waiting),
        )
        assert paid.status_code == 200, paid.text
        assert [each.json()["status"] for each in reviewed] == ["approved"] * 3
        assert (await order_now(order, held))["status"] == "closed"


async def test_a_deadlock_storm_loses_nothing(order: ServiceUnderTest) -> None:
    """S161: receipts and invoices named in opposite orders, from both sides, all at once."""
    customer_id = await customer(order)
    invoices = await owed(order, customer_id, *["100.00"] * 4)
    receipts = [await received(order, customer_id, "100.00") for _ in range(4)]

    async def spread(receipt: Body, turned: bool) -> httpx.Response:
        shares = [share(each, "2.00") for each in invoices]
        shares = shares[::-1] if turned else shares
        return await try_to_allocate(order, receipt, *shares, any_version=True)

    async def collect(invoice: Body, turned: bool) -> httpx.Response:
        shares = [share(each, "2.00") for each in receipts]
        shares = shares[::-1] if turned else shares
        return await try_to_allocate(order, invoice, *shares, any_version=True)

    storm: list[Any] = []
    for turn in range(4):
        storm += [spread(each, bool(turn % 2)) for each in receipts]
        storm += [collect(each, bool(turn % 2)) for each in invoices]
    answers = await asyncio.gather(*storm)
    assert outcomes(list(answers)) == {"ok": 32}
    assert (await account(order, customer_id))["receivable"]["amount"] == "144.00"
    left = [(await receipt_now(order, each))["unallocated"]["amount"] for each in receipts]
    assert left == ["36.00"] * 4
