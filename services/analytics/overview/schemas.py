"""HTTP side of the overviews."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from services.analytics.cube.dimensions import MONTH
from services.analytics.cube.schemas import FEWEST_ROWS, MOST_ROWS, KeyOut, SliceQuery
from services.analytics.overview.service import CustomerOverview, Overview
from services.analytics.snapshot import AsOf
from shared.http.fields import Currency, Day, Digits, Input, MoneyOut, Output


class OverviewQuery(SliceQuery):
    """Which facts count, in which order, and how many rows."""

    sort: Annotated[
        Literal["-sales", "-orders", "-deliveries", "-receipts", "-receivables", "key"],
        Field(description="the greatest first within each currency, or by name"),
    ] = "-sales"
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS), Digits] = FEWEST_ROWS


class CustomerPeriodQuery(Input):
    """A period; left out: everything."""

    from_: Annotated[Day | None, Field(alias="from", description="first day")] = None
    to: Annotated[Day | None, Field(description="last day, included")] = None
    currency: Annotated[list[Currency], Field(max_length=50, default_factory=list)]


class FiguresOut(Output):
    """Amounts in one currency. Receipts and receivables have no products: null by product.

    ``receivables`` is what is open now of the invoices issued in the period.
    """

    currency: str
    orders: MoneyOut
    deliveries: MoneyOut
    sales: MoneyOut
    receipts: MoneyOut | None
    receivables: MoneyOut | None


class OverviewRow(FiguresOut):
    """The figures of one person, department, region, product, …"""

    key: KeyOut


class OverviewOut(Output):
    """All measures by one dimension."""

    by: str
    rows: list[OverviewRow]
    truncated: Annotated[bool, Field(description="there are more rows than the limit")]
    as_of: AsOf

    @classmethod
    def of(cls, found: Overview, limit: int) -> OverviewOut:
        """Present an overview."""
        rows = [OverviewRow(key=_key(found, row), **_figures(row)) for row in found.rows[:limit]]
        truncated = len(found.rows) > limit
        return cls(by=found.by.name, rows=rows, truncated=truncated, as_of=found.as_of)


class MonthFiguresOut(FiguresOut):
    """The figures of one month."""

    month: str


class CustomerRecordOut(Output):
    """Who the customer is."""

    id: UUID
    number: str
    name: str
    status: str
    level: str | None
    industry: str | None
    region: str | None
    owner_id: UUID


class CustomerReportOut(Output):
    """Sales and payments of one customer (S187): in all by currency, and by month."""

    customer: CustomerRecordOut
    totals: list[FiguresOut]
    months: list[MonthFiguresOut]
    as_of: AsOf

    @classmethod
    def of(cls, found: CustomerOverview) -> CustomerReportOut:
        """Present a customer's figures."""
        return cls(
            customer=CustomerRecordOut.model_validate(dict(found.customer)),
            totals=[FiguresOut(**_figures(row)) for row in found.totals],
            months=[
                MonthFiguresOut(month=MONTH.text(row["key"]) or "", **_figures(row))
                for row in found.months
            ],
            as_of=found.as_of,
        )


def _key(found: Overview, row: Any) -> KeyOut:
    value = found.by.text(row["key"])
    return KeyOut(value=value, label=row["label"] or value)


def _figures(row: Any) -> dict[str, Any]:
    amounts: dict[str, Decimal] = dict(row)
    currency = row["currency"]

    def money(name: str) -> MoneyOut | None:
        return MoneyOut(amount=amounts[name], currency=currency) if name in amounts else None

    names = ("orders", "deliveries", "sales", "receipts", "receivables")
    return {"currency": currency, **{name: money(name) for name in names}}
