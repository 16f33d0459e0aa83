"""What figures can be broken down by.

Owner, department, branch and region are those that stood on the document when it was written;
industry, level, source and product line are those of the customer or product today.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from services.analytics.facts.chances import products
from services.analytics.facts.parties import customers, staff

Unit = Literal["year", "quarter", "month", "day"]
Filters = dict[str, str]


@dataclass(frozen=True, eq=False)
class Dimension:
    """A column of the facts, an attribute of what the column refers to, or a unit of time.

    ``term`` is what users call it in Chinese.
    """

    name: str
    term: str
    column: str
    refers_to: sa.Table | None = None
    attribute: str | None = None
    unit: Unit | None = None

    @property
    def is_time(self) -> bool:
        """Say whether it is a unit of time, sliced by a period rather than a value."""
        return self.unit is not None

    @property
    def joined(self) -> bool:
        """Say whether its value stands in the table it refers to."""
        return self.attribute is not None

    def value(self, fact: sa.FromClause) -> sa.ColumnElement[Any]:
        """Return the expression to group by and to filter on."""
        column = fact.c[self.column]
        if self.unit is not None:
            moment = sa.cast(column, sa.DateTime())
            return sa.cast(sa.func.date_trunc(self.unit, moment), sa.Date)
        if self.refers_to is not None and self.attribute is not None:
            return self.refers_to.c[self.attribute]
        return column

    def label(self) -> sa.ColumnElement[str] | None:
        """Return the expression that names what an id refers to, or None if values speak."""
        if self.refers_to is None or self.joined:
            return None
        shown = [self.refers_to.c[name] for name in ("number", "code") if name in self.refers_to.c]
        return sa.func.concat_ws(" ", *shown, self.refers_to.c.name)

    def text(self, value: Any) -> str | None:
        """Return a value as it stands in an answer: ``2026``, ``2026-Q4``, ``2026-11``, …"""
        if value is None or not isinstance(value, date):
            return None if value is None else str(value)
        if self.unit == "quarter":
            return f"{value.year}-Q{(value.month + 2) // 3}"
        length = {"year": 4, "month": 7}.get(self.unit or "day", 10)
        return value.isoformat()[:length]

    def slice(self, value: Any) -> Filters:
        """Return the query parameters that select one value."""
        if self.unit is not None:
            return {"from": value.isoformat(), "to": _last_day(value, self.unit).isoformat()}
        return {self.name: "" if value is None else str(value)}


def _last_day(first: date, unit: Unit) -> date:
    months = {"year": 12, "quarter": 3, "month": 1, "day": 0}[unit]
    if not months:
        return first
    years, month = divmod(first.month - 1 + months, 12)
    return first.replace(year=first.year + years, month=month + 1) - timedelta(days=1)


CUSTOMER = Dimension("customer", "客户", "customer_id", customers)
OWNER = Dimension("owner", "业务员", "owner_id", staff)
DEPARTMENT = Dimension("department", "部门", "department")
BRANCH = Dimension("branch", "分支机构", "branch")
REGION = Dimension("region", "地域", "region")
INDUSTRY = Dimension("industry", "行业", "customer_id", customers, "industry")
LEVEL = Dimension("level", "客户等级", "customer_id", customers, "level")
SOURCE = Dimension("source", "客户来源", "customer_id", customers, "source")
PRODUCT = Dimension("product", "产品", "product_id", products)
PRODUCT_LINE = Dimension("product_line", "产品线", "product_id", products, "line")
YEAR = Dimension("year", "年", "day", unit="year")
QUARTER = Dimension("quarter", "季度", "day", unit="quarter")
MONTH = Dimension("month", "月", "day", unit="month")
DAY = Dimension("day", "日", "day", unit="day")

PARTIES = (CUSTOMER, OWNER, DEPARTMENT, BRANCH, REGION, INDUSTRY, LEVEL, SOURCE)
PRODUCTS = (PRODUCT, PRODUCT_LINE)
PERIODS = (YEAR, QUARTER, MONTH, DAY)
DIMENSIONS = {each.name: each for each in (*PARTIES, *PRODUCTS, *PERIODS)}
