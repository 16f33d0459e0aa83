"""What stands against a new order: what the customer owes, has ordered, and may owe (S165-S167)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from services.order.customers.errors import CustomerMayNotTrade
from services.order.customers.model import Customer, Terms
from shared.domain.money import ZERO


@dataclass(frozen=True, slots=True)
class Standing:
    """A customer's standing in one currency, while its account is locked.

    ``receivable`` are open invoices; ``committed`` are approved orders that are not invoiced yet
    and that no held prepayment covers.
    """

    customer: Customer | None
    terms: Terms
    receivable: Decimal
    committed: Decimal

    def must_trade(self) -> None:
        """Refuse anybody but a formal customer (S24, S166)."""
        if self.customer is None:
            raise CustomerMayNotTrade("The customer is not known here yet; try again later.")
        self.customer.must_trade()

    def credit_used(self, amount: Decimal) -> Decimal:
        """Return the credit that would be used with ``amount`` more."""
        return self.receivable + self.committed + amount

    def credit_short(self, amount: Decimal) -> Decimal:
        """Return by how much ``amount`` more would pass the limit; zero when it fits."""
        limit = self.terms.limit or ZERO
        return max(self.credit_used(amount) - limit, ZERO)
