"""A line of a quote: the list price it was fixed at, and what is asked for instead."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from uuid import UUID

from shared.domain.money import line_amount, round_money

SHARE_STEP = Decimal("0.000001")
ZERO_SHARE = Decimal("0.000000")


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

    @property
    def list_amount(self) -> Decimal:
        """What it would cost by the list."""
        return line_amount(self.quantity, self.list_price)

    @property
    def unit_price(self) -> Decimal:
        """The price per unit after all discounts, rounded."""
        return round_money(self.base_price * (1 - self.discount))

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


def discount_off(listed: Decimal, asked: Decimal) -> Decimal:
    """Return the share of ``listed`` that is given away, rounded up so that it never looks less."""
    if asked >= listed:
        return ZERO_SHARE
    return (1 - asked / listed).quantize(SHARE_STEP, ROUND_CEILING)
