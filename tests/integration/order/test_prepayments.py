"""Prepayment accounts: credited by finance alone, held, refunded, and never below zero."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest

from services.order.prepayments.service import Consumption, consume_free, restore
from shared.domain.actor import SYSTEM
from shared.domain.ids import new_id
from tests.support.opportunity import money
from tests.support.order import (
    approved_order,
    balance,
    customer,
    done,
    events_of,
    prepaid,
    read,
    send,
)
from tests.support.services import ServiceUnderTest


async def test_finance_credits_a_customer_and_the_ledger_knows(order: ServiceUnderTest) -> None:
    """S160, S164."""
    buyer = await customer(order)
    first = await prepaid(order, buyer, "800.00")
    second = await prepaid(order, buyer, "200.50")
    assert (first["id"], second["balance"]) == (second["id"], money("1000.50"))
    assert await balance(order, buyer, "bank") == "1000.50"
    assert await balance(order, buyer, "prepayments") == "-1000.50"
    assert await events_of(order, first["id"]) == ["credited", "credited"]


@pytest.mark.parametrize(
    "role", ["account_manager", "sales_manager", "general_manager", "warehouse", "administrator"]
)
async def test_nobody_but_finance_credits_or_refunds(order: ServiceUnderTest, role: str) -> None:
    """S164."""
    funds = await prepaid(order, await customer(order), "1.00")
    body = {"customer_id": funds["customer_id"], "amount": money("1.00")}
    assert (await send(order, role, "prepayments", body, key="k")).status_code == 403
    path, body = f"prepayments/{funds['id']}/refund", {"amount": money("1.00")}
    assert (await send(order, role, path, body, seen=funds, key="k")).status_code == 403


async def test_a_repeated_credit_counts_once(order: ServiceUnderTest) -> None:
    """The same key is the same money; without a key no money moves."""
    buyer = await customer(order)
    body = {"customer_id": str(buyer), "amount": money("10.00")}
    first = await send(order, "finance", "prepayments", body, key="bank-4711")
    again = await send(order, "finance", "prepayments", body, key="bank-4711")
    assert again.content == first.content
    assert again.headers["idempotent-replayed"] == "true"
    other = body | {"amount": money("11.00")}
    assert (await send(order, "finance", "prepayments", other, key="bank-4711")).status_code == 422
    assert (await send(order, "finance", "prepayments", body)).status_code == 400
    (funds,) = (await read(order, f"prepayments?customer_id={buyer}"))["items"]
    assert funds["balance"] == money("10.00")


async def test_every_currency_has_an_account_of_its_own(order: ServiceUnderTest) -> None:
    """Decision 10: no sum across currencies."""
    buyer = await customer(order)
    await prepaid(order, buyer, "100.00", "USD")
    await prepaid(order, buyer, "100.00", "CNY")
    found = (await read(order, f"prepayments?customer_id={buyer}&currency=USD"))["items"]
    assert [each["balance"] for each in found] == [money("100.00", "USD")]
    body = {"amount": money("1.00", "CNY")}
    path = f"prepayments/{found[0]['id']}/refund"
    refused = await send(order, "finance", path, body, seen=found[0], key="k")
    assert refused.json()["errors"][0]["pointer"] == "/amount/currency"


async def test_what_an_order_holds_is_not_refunded(order: ServiceUnderTest) -> None:
    """S164, S165."""
    buyer = await customer(order, settlement=None)
    await prepaid(order, buyer, "1200.00")
    await approved_order(order, buyer)
    (funds,) = (await read(order, f"prepayments?customer_id={buyer}"))["items"]
    path = f"prepayments/{funds['id']}/refund"
    body = {"amount": money("200.01")}
    refused = await send(order, "finance", path, body, seen=funds, key="a")
    assert (refused.status_code, refused.json()["code"]) == (409, "prepayment_short")
    rest = {"amount": money("200.00"), "note": "客户要求"}
    refunded = await done(order, "finance", path, rest, seen=funds, key="b")
    assert (refunded["balance"], refunded["available"]) == (money("1000.00"), money("0.00"))
    assert await balance(order, buyer, "bank") == "1000.00"


async def test_the_statement_runs_from_balance_to_balance(order: ServiceUnderTest) -> None:
    """S164."""
    buyer = await customer(order, settlement=None)
    funds = await prepaid(order, buyer, "1000.00")
    approved = await approved_order(order, buyer)
    path = f"prepayments/{funds['id']}/movements?sort=version"
    shown = (await read(order, path))["items"]
    assert [
        (each["kind"], each["amount"]["amount"], each["balance"]["amount"], each["held"]["amount"])
        for each in shown
    ] == [
        ("credited", "1000.00", "1000.00", "0.00"),
        ("held", "1000.00", "1000.00", "1000.00"),
    ]
    assert shown[1]["order_id"] == approved["id"]
    first = await read(order, f"{path}&page_size=1")
    second = await read(order, f"{path}&page_size=1&page_token={first['next_page_token']}")
    assert [first["items"], second["items"]] == [shown[:1], shown[1:]]


async def test_an_account_that_is_not_there_has_no_statement(order: ServiceUnderTest) -> None:
    path = f"prepayments/{new_id()}/movements"
    assert (await send(order, "finance", path, method="GET")).status_code == 404


async def test_a_payment_that_is_taken_back_is_free_again(order: ServiceUnderTest) -> None:
    """S161: what an invoice took comes back, in the account and in the ledger."""
    buyer = await customer(order)
    funds = await prepaid(order, buyer, "100.00")
    consumption = Consumption(new_id(), new_id(), Decimal("40.00"))
    async with order.db.transaction(SYSTEM) as uow:
        paid = await consume_free(uow, UUID(funds["id"]), consumption)
        assert (paid.balance, paid.available) == (Decimal("60.00"), Decimal("60.00"))
        await restore(uow, UUID(funds["id"]), consumption)
    assert await events_of(order, funds["id"]) == ["credited", "consumed", "restored"]
    after = await read(order, f"prepayments/{funds['id']}")
    assert (after["balance"], after["held"]) == (money("100.00"), money("0.00"))
    assert await balance(order, buyer, "accounts_receivable") == "0.00"
