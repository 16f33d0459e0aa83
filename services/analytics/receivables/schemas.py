"""HTTP side of the ageing report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from services.analytics.cube.dimensions import Dimension
from services.analytics.cube.schemas import FEWEST_ROWS, MOST_ROWS, KeyOut, SliceQuery
from services.analytics.receivables.ageing import BUCKETS
from services.analytics.snapshot import AsOf
from shared.http.fields import Day, MoneyOut, Output


class AgeingQuery(SliceQuery):
    """As of which day, by what, and which invoices count (``from`` and ``to`` are of issue)."""

    on: Annotated[Day | None, Field(description="as of the end of this day; left out: now")] = None
    by: Annotated[
        str | None, Field(max_length=50, description="one dimension, such as customer")
    ] = None
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] = FEWEST_ROWS


class BucketsOut(Output):
    """What is open, and how much of it is due for how long, in one currency."""

    open: MoneyOut
    invoices: int
    current: Annotated[MoneyOut, Field(description="not overdue")]
    days_1_30: MoneyOut
    days_31_60: MoneyOut
    days_61_90: MoneyOut
    days_over_90: MoneyOut


class AgeingRow(BucketsOut):
    """The buckets of one customer, owner, region, …"""

    key: KeyOut


class AgeingOut(Output):
    """Open receivables by age: in all, and by the dimension that was asked for."""

    on: date
    by: str | None
    totals: list[BucketsOut]
    rows: list[AgeingRow]
    truncated: Annotated[bool, Field(description="there are more rows than the limit")]
    as_of: AsOf

    @classmethod
    def of(
        cls,
        on: date,
        by: Dimension | None,
        totals: Sequence[Any],
        rows: Sequence[Any],
        limit: int,
        as_of: AsOf,
    ) -> AgeingOut:
        """Present the report."""
        shown = [AgeingRow(key=_key(by, row), **_buckets(row)) for row in rows[:limit] if by]
        return cls(
            on=on,
            by=by.name if by else None,
            totals=[BucketsOut(**_buckets(row)) for row in totals],
            rows=shown,
            truncated=len(rows) > limit,
            as_of=as_of,
        )


def _key(by: Dimension | None, row: Any) -> KeyOut:
    value = by.text(row["key"]) if by else None
    return KeyOut(value=value, label=row["label"] or value)


def _buckets(row: Any) -> dict[str, Any]:
    names = ("open", *(bucket[0] for bucket in BUCKETS))
    amounts = {name: MoneyOut(amount=row[name], currency=row["currency"]) for name in names}
    return {**amounts, "invoices": row["invoices"]}
