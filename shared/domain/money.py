"""Exact money and quantities: rounded half-up per line to the minor unit of the currency, and
totals are sums of rounded lines. Amounts are written with two places in every currency."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal("0.00")
CENT = Decimal("0.01")
DEFAULT_CURRENCY = "CNY"
QUANTITY_STEP = Decimal("0.0001")
#: Shares of one, as discounts are kept.
SHARE_STEP = Decimal("0.000001")

_TWO_PLACES = (
    "AED AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF IDR ILS INR MOP MXN MYR"
    " NOK NZD PHP PLN RUB SAR SEK SGD THB TRY TWD USD ZAR"
)
_NO_PLACES = "JPY KRW VND"

#: ISO 4217 currencies with their minor units. Those with three places (KWD, BHD, ...) are refused:
#: amounts are kept in two.
MINOR_UNITS: dict[str, int] = {
    **dict.fromkeys(_TWO_PLACES.split(), 2),
    **dict.fromkeys(_NO_PLACES.split(), 0),
}
_SMALLEST = {currency: Decimal(1).scaleb(-places) for currency, places in MINOR_UNITS.items()}


def round_money(amount: Decimal, currency: str) -> Decimal:
    """Round to the minor unit of ``currency``, half away from zero (requirements, decision 10)."""
    return amount.quantize(_SMALLEST[currency], ROUND_HALF_UP).quantize(CENT)


def is_payable(amount: Decimal, currency: str) -> bool:
    """Say whether a currency has a coin as small as the last place of ``amount``."""
    return amount == amount.quantize(_SMALLEST[currency])


def line_amount(
    quantity: Decimal, unit_price: Decimal, discount: Decimal = Decimal(0), *, currency: str
) -> Decimal:
    """Return quantity × unit price less ``discount`` (a share, 0.05 for 5 %), rounded once."""
    return round_money(quantity * unit_price * (1 - discount), currency)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Sum amounts that are rounded already."""
    return sum(amounts, ZERO)
