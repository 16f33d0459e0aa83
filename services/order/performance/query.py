"""How far contracts are performed: ordered, delivered, invoiced, received, in all and by period.

Each figure is a sum over documents at the day they count for: orders by the day of order,
deliveries by that of shipping, invoices by that of issue, allocations by that of allocating.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.order.contracts.table import contracts
from shared.db.driver import Connection, Prepared
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.domain.money import ZERO


class Period(StrEnum):
    """What the figures of a contract are broken down by."""

    MONTH = "month"  # 月
    QUARTER = "quarter"  # 季
    YEAR = "year"  # 年


SORTS = {
    "created": Sort(contracts.c.id, UUID),
    "-created": Sort(contracts.c.id, UUID, descending=True),
    "number": Sort(contracts.c.number, str),
}
FIGURES = ("ordered", "delivered", "invoiced", "received")

_HEADING = (
    contracts.c.id,
    contracts.c.number,
    contracts.c.title,
    contracts.c.customer_id,
    contracts.c.status,
    contracts.c.currency,
    contracts.c.total,
    contracts.c.revision,
    contracts.c.approved_at,
    contracts.c.owner_id,
    contracts.c.starts_on,
    contracts.c.ends_on,
    contracts.c.signed_on,
)

_MOVES = Prepared(
    sa.text("""
    SELECT contract_id, figure, CAST(date_trunc(:period, day) AS date) AS starts_on,
           sum(amount) AS amount
    FROM (
        SELECT contract_id, 'ordered' AS figure, ordered_on AS day, total AS amount
        FROM sales_order
        WHERE contract_id = ANY(CAST(:ids AS uuid[]))
          AND status IN ('approved', 'partly_delivered', 'delivered', 'closed')
        UNION ALL
        SELECT s.contract_id, 'delivered', d.shipped_on, l.amount
        FROM sales_order AS s JOIN delivery_line AS l ON l.order_id = s.id
        JOIN delivery AS d ON d.id = l.delivery_id
        WHERE s.contract_id = ANY(CAST(:ids AS uuid[])) AND d.status IN ('shipped', 'received')
        UNION ALL
        SELECT contract_id, 'invoiced', issued_on, total
        FROM invoice
        WHERE contract_id = ANY(CAST(:ids AS uuid[]))
          AND status IN ('issued', 'partly_settled', 'settled')
        UNION ALL
        SELECT i.contract_id, 'received', a.allocated_on, a.amount
        FROM invoice AS i JOIN allocation AS a ON a.invoice_id = i.id
        WHERE i.contract_id = ANY(CAST(:ids AS uuid[])) AND a.status = 'made'
    ) AS moves
    WHERE day BETWEEN :first AND :last
    GROUP BY contract_id, figure, starts_on
    ORDER BY contract_id, starts_on
    """).bindparams(sa.bindparam("first", type_=sa.Date), sa.bindparam("last", type_=sa.Date))
)


@dataclass(frozen=True, slots=True)
class PerformanceFilter:
    """Which contracts, and which days of theirs; None means any."""

    contract_id: UUID | None = None
    customer_id: UUID | None = None
    status: str | None = None
    first: date | None = None
    last: date | None = None


@dataclass(slots=True)
class Figures:
    """The amounts of one contract: in all, or from ``starts_on`` for a period."""

    starts_on: date | None = None
    ordered: Decimal = ZERO
    delivered: Decimal = ZERO
    invoiced: Decimal = ZERO
    received: Decimal = ZERO

    def add(self, figure: str, amount: Decimal) -> None:
        """Count an amount in."""
        setattr(self, figure, getattr(self, figure) + amount)


@dataclass(slots=True)
class Performed:
    """How far one contract is."""

    total: Figures = field(default_factory=Figures)
    periods: dict[date, Figures] = field(default_factory=dict)


async def page(conn: Connection, wanted: PerformanceFilter, request: PageRequest) -> Page:
    """Return one page of contracts."""
    equal: dict[str, Any] = {
        "id": wanted.contract_id,
        "customer_id": wanted.customer_id,
        "status": wanted.status,
    }
    query = sa.select(*_HEADING).where(
        *(contracts.c[name] == value for name, value in equal.items() if value is not None),
        *conn.seeing(contracts.c.owner_id),
    )
    return await fetch_page(conn, query, request, sorts=SORTS, key=contracts.c.id)


async def performed(
    conn: Connection, ids: Sequence[UUID], wanted: PerformanceFilter, period: Period
) -> Mapping[UUID, Performed]:
    """Return how far contracts are, with a breakdown by ``period`` (S131): one statement."""
    found = {contract_id: Performed() for contract_id in ids}
    given = {
        "ids": list(ids),
        "period": period,
        "first": wanted.first or date.min,
        "last": wanted.last or date.max,
    }
    for contract_id, figure, starts_on, amount in await conn.execute(_MOVES, given):
        one = found[contract_id]
        one.total.add(figure, amount)
        one.periods.setdefault(starts_on, Figures(starts_on)).add(figure, amount)
    return found
