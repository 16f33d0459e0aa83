"""Contribution (S07): how many customers bought how much, in bands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import Any

import sqlalchemy as sa

from services.analytics.cube.dimensions import CUSTOMER
from services.analytics.cube.measures import Measure
from services.analytics.cube.query import grouped
from services.analytics.cube.question import Slice
from services.analytics.shares import shares
from shared.db.types import MONEY
from shared.domain.money import ZERO

#: Where one band ends and the next begins, unless the caller says: powers of ten, of which those
#: are shown that lie around somebody.
USUAL_BOUNDS = tuple(Decimal(10) ** power for power in range(1, 9))


@dataclass(frozen=True, slots=True)
class Band:
    """Customers whose contribution lies from ``lower`` up to but not including ``upper``.

    The accumulated shares are of this band and all above it.
    """

    currency: str
    lower: Decimal | None
    upper: Decimal | None
    customers: int
    customer_share: Decimal
    accumulated_customer_share: Decimal
    amount: Decimal
    amount_share: Decimal
    accumulated_amount_share: Decimal


def by_band(measure: Measure, wanted: Slice, bounds: Sequence[Decimal]) -> sa.Select[Any]:
    """Count customers and sum their contributions: ``currency``, ``band`` from 0, and both."""
    sums = grouped(measure, (CUSTOMER,), wanted).subquery("sums")
    limits = sa.cast(sa.literal(list(bounds), sa.ARRAY(MONEY)), sa.ARRAY(MONEY))
    band = sa.func.width_bucket(sums.c.amount, limits).label("band")
    count, amount = sa.func.count().label("customers"), sa.func.sum(sums.c.amount).label("amount")
    query = sa.select(sums.c.currency, band, count, amount)
    return query.group_by(sums.c.currency, band).order_by(sums.c.currency, band)


def bands(rows: Sequence[Any], bounds: Sequence[Decimal], *, trim: bool = False) -> list[Band]:
    """Return the bands of each currency, the highest first; their shares add up to one.

    ``trim`` leaves out those above the highest and below the lowest customer.
    """
    return [
        band
        for currency in sorted({row["currency"] for row in rows})
        for band in _bands_of(currency, rows, bounds, trim)
    ]


def _bands_of(
    currency: str, rows: Sequence[Any], bounds: Sequence[Decimal], trim: bool
) -> list[Band]:
    found = {row["band"]: row for row in rows if row["currency"] == currency}
    highest, lowest = (max(found), min(found)) if trim else (len(bounds), 0)
    numbers = range(highest, lowest - 1, -1)
    customers = [found[each]["customers"] if each in found else 0 for each in numbers]
    amounts = [found[each]["amount"] if each in found else ZERO for each in numbers]
    customer_shares, amount_shares = shares(customers), shares(amounts)
    return [
        Band(
            currency,
            bounds[number - 1] if number else None,
            bounds[number] if number < len(bounds) else None,
            *figures,
        )
        for number, *figures in zip(
            numbers,
            customers,
            customer_shares,
            accumulate(customer_shares),
            amounts,
            amount_shares,
            accumulate(amount_shares),
            strict=True,
        )
    ]
