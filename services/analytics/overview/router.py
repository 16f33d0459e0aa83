"""``/v1/reports/customers``, ``/staff``, ``/departments``, ``/branches``, ``/regions``,
``/products``: all measures side by side."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from services.analytics.cube import dimensions
from services.analytics.cube.dimensions import Dimension
from services.analytics.cube.question import Slice, check_period
from services.analytics.overview import service
from services.analytics.overview.schemas import (
    CustomerPeriodQuery,
    CustomerReportOut,
    OverviewOut,
    OverviewQuery,
)
from shared.http.gates import Read, reading
from shared.http.routing import new_router

router = new_router("reports")

Asked = Annotated[OverviewQuery, Query()]
Reader = Annotated[Read, reading("report.read")]


@router.get("/reports/customers", response_model=OverviewOut)
async def report_by_customer(query: Asked, read: Reader) -> Response:
    """Orders, deliveries, sales, receipts and receivables by customer (S187)."""
    return await _answer(dimensions.CUSTOMER, query, read)


@router.get("/reports/customers/{customer_id}", response_model=CustomerReportOut)
async def report_on_customer(
    customer_id: UUID, query: Annotated[CustomerPeriodQuery, Query()], read: Reader
) -> Response:
    """Sales and payments of one customer, all or of a period, in all and by month (S187)."""
    wanted = Slice(query.from_, query.to, None, query.currency, {}, read.scope)
    check_period(wanted)
    found = await service.of_customer(read.context.db, customer_id, wanted)
    return read.respond(CustomerReportOut.of(found))


@router.get("/reports/staff", response_model=OverviewOut)
async def report_by_staff(query: Asked, read: Reader) -> Response:
    """The same by the person who owned the document (S188)."""
    return await _answer(dimensions.OWNER, query, read)


@router.get("/reports/departments", response_model=OverviewOut)
async def report_by_department(query: Asked, read: Reader) -> Response:
    """The same by the department of that person at the time (S188)."""
    return await _answer(dimensions.DEPARTMENT, query, read)


@router.get("/reports/branches", response_model=OverviewOut)
async def report_by_branch(query: Asked, read: Reader) -> Response:
    """The same by the branch of that person at the time (S188)."""
    return await _answer(dimensions.BRANCH, query, read)


@router.get("/reports/regions", response_model=OverviewOut)
async def report_by_region(query: Asked, read: Reader) -> Response:
    """The same by the region of the customer at the time (S188)."""
    return await _answer(dimensions.REGION, query, read)


@router.get("/reports/products", response_model=OverviewOut)
async def report_by_product(query: Asked, read: Reader) -> Response:
    """Orders, deliveries and sales by product (S189)."""
    return await _answer(dimensions.PRODUCT, query, read)


async def _answer(by: Dimension, query: OverviewQuery, read: Read) -> Response:
    wanted = query.slice(read.scope)
    check_period(wanted)
    found = await service.by_dimension(
        read.context.db, by, wanted, sort=query.sort, limit=query.limit
    )
    return read.respond(OverviewOut.of(found, query.limit))
