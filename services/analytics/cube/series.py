"""Sales of each month, without gaps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from services.analytics.cube.dimensions import MONTH
from services.analytics.snapshot import AsOf
from shared.domain.money import ZERO
from shared.http.fields import MoneyOut, Output


class MonthOut(Output):
    """Sales of one month in one currency; amount and quantity are exact."""

    month: Annotated[str, Field(examples=["1997-01"])]
    amount: MoneyOut
    quantity: str
    facts: Annotated[int, Field(description="invoice lines summed")]


class MonthlySalesOut(Output):
    """Sales by month, currency by currency."""

    items: list[MonthOut]
    as_of: AsOf

    @classmethod
    def of(cls, rows: Sequence[Any], as_of: AsOf) -> MonthlySalesOut:
        """Present the months that have sales and those between them."""
        items: list[MonthOut] = []
        for currency in sorted({row["currency"] for row in rows}):
            known = {row["key0"]: row for row in rows if row["currency"] == currency}
            items += [_month(at, currency, known.get(at)) for at in months(min(known), max(known))]
        return cls(items=items, as_of=as_of)


def months(first: date, last: date) -> Iterator[date]:
    """Yield the first days of the months from ``first`` to ``last``, both first days."""
    for count in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        yield date(count // 12, count % 12 + 1, 1)


def _month(at: date, currency: str, row: Any) -> MonthOut:
    amount, quantity, facts = ZERO, Decimal("0.0000"), 0
    if row is not None:
        amount, quantity, facts = row["amount"], row["quantity"], row["facts"]
    return MonthOut(
        month=MONTH.text(at) or "",
        amount=MoneyOut(amount=amount, currency=currency),
        quantity=str(quantity),
        facts=facts,
    )
