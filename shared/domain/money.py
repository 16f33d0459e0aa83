"""Exact money and quantities: two places half-up per line, totals are sums of rounded lines."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal("0.00")
CENT = Decimal("0.01")
DEFAULT_CURRENCY = "CNY"
QUANTITY_STEP = Decimal("0.0001")

_TWO_PLACES = (
    "AED AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF IDR ILS INR MOP MXN MYR"
    " NOK NZD PHP PLN RUB SAR SEK SGD THB TRY TWD USD ZAR"
)

#: ISO 4217 currencies that can be kept in two places, with their minor units.
MINOR_UNITS: dict[str, int] = {
    **dict.fromkeys(_TWO_PLACES.split(), 2),
    "JPY": 0,
    "KRW": 0,
    "VND": 0,
}


def round_money(amount: Decimal) -> Decimal:
    """Round to two places, half away from zero for positive amounts (requirements, decision 10)."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def is_payable(amount: Decimal, currency: str) -> bool:
    """Say whether a currency has a coin as small as the last place of ``amount``."""
    return amount == amount.quantize(Decimal(1).scaleb(-MINOR_UNITS[currency]))


def line_amount(quantity: Decimal, unit_price: Decimal, discount: Decimal = Decimal(0)) -> Decimal:
    """Return quantity × unit price less ``discount`` (a share, 0.05 for 5 %), rounded once."""
    return round_money(quantity * unit_price * (1 - discount))


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Sum amounts that are rounded already."""
    return sum(amounts, ZERO)
