"""What this service knows of a customer, and how the customer settles (S164 to S167)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.order.customers.errors import CustomerMayNotTrade
from shared.events.vocabulary import Settlement

FORMAL = "formal"
#: Nothing new is agreed with customers in these states.
GONE = frozenset({"rejected", "lost"})


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer of the replica."""

    id: UUID
    number: str
    name: str
    status: str
    owner_id: UUID
    department: str | None
    branch: str | None
    region: str | None

    def must_trade(self) -> None:
        """Refuse anybody but a formal customer (S24, S166)."""
        if self.status != FORMAL:
            raise CustomerMayNotTrade(
                f"{self.number} {self.name} is {self.status}; only formal customers trade.",
                customer_status=self.status,
            )


@dataclass(frozen=True, slots=True)
class Terms:
    """The latest credit assessment; without one a customer is prepaid."""

    settlement: Settlement = Settlement.PREPAID
    limit: Decimal | None = None
    currency: str | None = None
    valid_until: date | None = None

    def on(self, day: date, currency: str) -> Settlement:
        """Return how an order in ``currency`` is covered on ``day``.

        A credit that has expired, or that was given in another currency, is none: prepaid.
        """
        if self.settlement is not Settlement.CREDIT:
            return self.settlement
        expired = self.valid_until is not None and day > self.valid_until
        usable = not expired and self.limit is not None and self.currency == currency
        return Settlement.CREDIT if usable else Settlement.PREPAID
