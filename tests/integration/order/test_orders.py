"""Orders: who may place them, what covers them, and how they end."""

from __future__ import annotations

from tests.support.order import (
    customer,
    events_of,
    placed_order,
    prepaid,
    reviewed_order,
)
from tests.support.services import ServiceUnderTest


async def test_an_order_of_a_prepaid_customer_holds_its_money(order: ServiceUnderTest) -> None:
    """S164, S165, S166."""
    buyer = await customer(order, settlement=None)
    placed = await placed_order(order, buyer)
    waiting = await reviewed_order(order, placed)
    assert waiting["status"] == "awaiting_funds"
    await prepaid(order, buyer, "1000.00")
    approved = await reviewed_order(order, waiting)
    assert (approved["status"], approved["settlement"]) == ("approved", "prepaid")
    assert await events_of(order, placed["id"]) == ["placed", "awaiting_funds", "approved"]
