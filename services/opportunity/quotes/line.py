"""A line of a quote: the list price it was fixed at, and what is asked for instead."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from shared.auth.discounts import discount_off
from shared.domain.money import line_amount, round_money


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteLine:
    """``amount`` is quantity × base price less ``discount`` (a share of one), rounded once.

    The base price is the list price, or the price that was stated; a line states one of price
    and discount. A line that is not ``standard`` has no list price but the stated one (S106).
    """

    id: UUID
    product_id: UUID
    product_code: str
    product_name: str
    unit: str
    quantity: Decimal
    list_price: Decimal
    base_price: Decimal
    discount: Decimal
    amount: Decimal
    standard: bool
    unit_cost: Decimal | None

    def list_amount(self, currency: str) -> Decimal:
        """Return what it would cost by the list."""
        return line_amount(self.quantity, self.list_price, currency=currency)

    def unit_price(self, currency: str) -> Decimal:
        """Return the price per unit after all discounts, rounded."""
        return round_money(self.base_price * (1 - self.discount), currency)

    @property
    def list_discount(self) -> Decimal:
        """The discount off the list price; none for a surcharge."""
        return discount_off(self.list_price, self.base_price * (1 - self.discount))

    @property
    def exact_list_value(self) -> Decimal:
        """Quantity × list price, not rounded: authority is judged before any rounding."""
        return self.quantity * self.list_price

    @property
    def exact_value(self) -> Decimal:
        """What is asked for, not rounded."""
        return self.quantity * self.base_price * (1 - self.discount)
