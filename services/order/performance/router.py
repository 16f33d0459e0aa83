"""``/v1/contract-performance``."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from services.order.contracts.status import Status
from services.order.performance import query
from services.order.performance.query import FIGURES, Figures, PerformanceFilter, Performed, Period
from shared.http.fields import Day, MoneyOut, Output
from shared.http.gates import Read, reading
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("contracts")


class FiguresOut(Output):
    """What was ordered, delivered, invoiced and received."""

    ordered: MoneyOut
    delivered: MoneyOut
    invoiced: MoneyOut
    received: MoneyOut


class PeriodOut(FiguresOut):
    """The figures of one month, quarter or year, by its first day."""

    starts_on: date


class PerformanceOut(FiguresOut):
    """A contract, what it agrees on, and how far it is: in all and by period. ``total`` is that of
    its present ``revision``, agreed on since ``approved_at`` (S129)."""

    id: UUID
    number: str
    title: str
    customer_id: UUID
    status: Status
    total: MoneyOut
    revision: int
    approved_at: datetime | None
    owner_id: UUID
    starts_on: date | None
    ends_on: date | None
    signed_on: date | None
    periods: list[PeriodOut]

    @classmethod
    def of(cls, row: Any, done: Performed) -> PerformanceOut:
        """Present a contract with its figures."""
        currency = row["currency"]
        fields = dict(row) | _amounts(done.total, currency)
        fields["total"] = MoneyOut(amount=row["total"], currency=currency)
        fields["periods"] = [
            PeriodOut(starts_on=starts_on, **_amounts(figures, currency))
            for starts_on, figures in sorted(done.periods.items())
        ]
        return cls.model_validate(fields)


@router.get("/contract-performance", response_model=ListOf[PerformanceOut])
async def list_contract_performance(
    read: Annotated[Read, reading("contract.read")],
    period: Annotated[Period, Query(description="what the figures are broken down by")] = (
        Period.MONTH
    ),
    contract_id: UUID | None = None,
    customer_id: UUID | None = None,
    status: Status | None = None,
    first: Annotated[Day | None, Query(description="first day that counts")] = None,
    last: Annotated[Day | None, Query(description="last day that counts")] = None,
    sort: str = "-created",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """The contract performance table (合同履行一览表): per contract what was ordered, delivered,
    invoiced and received, by month, quarter or year. ``sort`` is created, -created or number."""
    wanted = PerformanceFilter(contract_id, customer_id, status, first, last)
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        page = await query.page(conn, wanted, request)
        ids = [row["id"] for row in page.rows]
        done = await query.performed(conn, ids, wanted, period)
    return respond_page(
        read, page, PerformanceOut, lambda row: PerformanceOut.of(row, done[row["id"]])
    )


def _amounts(figures: Figures, currency: str) -> dict[str, MoneyOut]:
    return {name: MoneyOut(amount=getattr(figures, name), currency=currency) for name in FIGURES}
