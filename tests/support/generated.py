"""Generated documents of a trading company, as the events the services publish about them.

Everything here is generated: names, amounts and dates come from a seeded random source. The
newest payload of each document is kept in ``documents``, for tests that compute in plain Python
what a report must say.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shared.events import customer, order
from tests.support.generating.payments import Payments
from tests.support.generating.pursuit import STAGES, Pursuit

__all__ = ["STAGES", "World", "trading_company"]


class World(Payments, Pursuit):
    """A company under generation."""

    def chain(self, buyer: customer.CustomerState, lines: int | None = None) -> None:
        """An order and what followed from it: deliveries, invoices, money; or a cancellation."""
        placed = self.order(buyer, lines)
        if self.random.random() < 0.1:
            self.emit(
                order.OrderCancelled,
                placed.model_dump() | {"status": "cancelled", "reason": "生成"},
                self.moment(placed.ordered_on, 2),
            )
            return
        fate = self.random.random()
        on = placed.ordered_on + timedelta(days=self.random.randint(0, 40))
        shipped = self.delivery(placed, on, ship=fate > 0.1)
        if fate < 0.2:
            return
        invoice = self.invoice(shipped, on + timedelta(days=self.random.randint(0, 20)), fate)
        if invoice.status == "issued":
            self.prepay(buyer, invoice) if fate > 0.95 else self.payment(invoice)


def trading_company(seed: int = 1, customers: int = 20, chains: int = 60, **more: Any) -> World:
    """A company with customers, orders to money, and opportunities."""
    world = World(seed, **more)
    buyers = [world.customer() for _ in range(customers)]
    for _ in range(chains):
        # Some buy much more than others.
        buyer = buyers[int(len(buyers) * world.random.random() ** 2)]
        world.chain(buyer)
        if world.random.random() < 0.5:
            world.opportunity(buyer)
        if world.random.random() < 0.2:
            world.contract(buyer)
            world.quote(buyer)
            world.activity(buyer)
    return world
