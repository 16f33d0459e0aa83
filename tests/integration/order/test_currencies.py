"""Currencies without fractions: no document of the chain asks for half a yen."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.support.fulfilment import allocated, delivered, invoiced, received, share
from tests.support.opportunity import money
from tests.support.order import (
    SELLER,
    account,
    approved_order,
    customer,
    line,
    product,
    put_on_the_list,
    read,
    send,
)
from tests.support.services import ServiceUnderTest


def yen(amount: str) -> dict[str, Any]:
    """Money in yen."""
    return money(amount, "JPY")


async def test_a_line_in_yen_is_rounded_to_whole_yen(order: ServiceUnderTest) -> None:
    """S120, S142, S153: order, parts of it, invoices and what is owed are whole yen, and agree."""
    sold = await product(order)
    await put_on_the_list(order, sold, "95.00", "JPY")
    buyer = await customer(order)
    three = line(sold, "3", "105.00", currency="JPY", discount="0.085")
    ordered = await approved_order(order, buyer, three)
    assert ordered["total"] == yen("288.00")  # 288.225
    parts = [await delivered(order, ordered, quantity) for quantity in ("1", "1", "1")]
    assert [each["total"] for each in parts] == [yen("96.00")] * 3  # 96.075
    for each in parts:
        made = await invoiced(order, each)
        paid = await received(order, buyer, "96.00", currency="JPY")
        done = await allocated(order, paid, share(made))
        assert (done["unallocated"], made["total"]) == (yen("0.00"), yen("96.00"))
    assert (await account(order, buyer, "JPY"))["receivable"] == yen("0.00")
    assert (await account(order, buyer, "JPY"))["committed"] == yen("0.00")


@pytest.mark.parametrize(
    ("currency", "amount", "total"), [("JPY", "33.00", "17.00"), ("CNY", "33.00", "16.50")]
)
async def test_half_a_piece_costs_what_can_be_paid(
    order: ServiceUnderTest, currency: str, amount: str, total: str
) -> None:
    """S120: half-up to the coin of the currency."""
    sold = await product(order, listed=amount, currency=currency)
    half = line(sold, "0.5", amount, currency=currency)
    ordered = await approved_order(order, await customer(order), half)
    assert ordered["total"] == money(total, currency)


@pytest.mark.parametrize("currency", ["KWD", "BHD"])
async def test_a_currency_of_three_places_is_refused(
    order: ServiceUnderTest, currency: str
) -> None:
    """Two places are kept, so a price in fils would lose its last digit."""
    dinars = line(await product(order), "1", "1.00", currency=currency)
    body = {"customer_id": str(await customer(order)), "lines": [dinars]}
    refused = await send(order, SELLER, "orders", body)
    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["code"]) == (422, "unknown_currency")
    assert error["pointer"] == "/lines/0/unit_price/currency"
    assert "two decimal places" in error["message"]


async def test_a_price_of_half_a_yen_is_refused(order: ServiceUnderTest) -> None:
    """S120."""
    lines = [line(await product(order), "1", "0.50", currency="JPY")]
    body = {"customer_id": str(await customer(order)), "lines": lines}
    refused = await send(order, SELLER, "orders", body)
    assert refused.json()["errors"][0]["code"] == "currency_places"


async def test_the_totals_of_a_list_of_orders_in_yen_are_whole(order: ServiceUnderTest) -> None:
    """S120: also of many lines, each rounded by itself."""
    sold = await product(order, listed="33.00", currency="JPY")
    halves = [line(sold, "0.5", "33.00", currency="JPY") for _ in range(3)]
    buyer = await customer(order)
    await approved_order(order, buyer, *halves)
    (found,) = (await read(order, f"orders?customer_id={buyer}"))["items"]
    assert Decimal(found["total"]["amount"]) == 51
