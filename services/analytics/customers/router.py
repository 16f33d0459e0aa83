"""``/v1/reports/contribution``, ``/composition`` and ``/inactive-customers``."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from services.analytics.cube.measures import MEASURES, MeasureName
from services.analytics.cube.question import check_slice
from services.analytics.customers import contribution
from services.analytics.customers.composition import composition
from services.analytics.customers.inactivity import inactive
from services.analytics.customers.schemas import (
    BandOut,
    CompositionOut,
    CompositionQuery,
    ContributionOut,
    ContributionQuery,
    InactiveOut,
    InactiveQuery,
)
from services.analytics.facts.parties import customers
from services.analytics.facts.trade import invoices, orders
from services.analytics.snapshot import as_of, snapshot
from shared.db.paging import fetch_page
from shared.http.gates import Read, reading
from shared.http.paging import next_link, page_request
from shared.http.routing import new_router

router = new_router("reports")

Reader = Annotated[Read, reading("report.read")]


@router.get("/reports/contribution", response_model=ContributionOut)
async def contribution_report(
    query: Annotated[ContributionQuery, Query()], read: Reader
) -> Response:
    """How many customers bought how much, in bands whose shares add up to 100 % (S07)."""
    measure, wanted = MEASURES[MeasureName.SALES], query.slice(read.scope)
    check_slice(measure, wanted)
    async with snapshot(read.context.db) as conn:
        known = await as_of(conn, [invoices])
        rows = (await conn.execute(contribution.by_band(measure, wanted, query.bounds))).all()
    found = contribution.bands(rows, query.bounds, trim=not query.bound)
    return read.respond(ContributionOut(bands=[BandOut.of(each) for each in found], as_of=known))


@router.get("/reports/composition", response_model=CompositionOut)
async def composition_report(query: Annotated[CompositionQuery, Query()], read: Reader) -> Response:
    """Of which industries, regions, levels, sources, … the customers are (S05)."""
    counts = composition(query.by, query.status, read.scope, query.limit)
    async with snapshot(read.context.db) as conn:
        known = await as_of(conn, [customers])
        rows = (await conn.execute(counts)).all()
    return read.respond(CompositionOut.of(query, rows, known))


@router.get("/reports/inactive-customers", response_model=InactiveOut)
async def inactive_customers(query: Annotated[InactiveQuery, Query()], read: Reader) -> Response:
    """List customers without an order or a sale for some months, 6 unless said otherwise, who are
    not given up (S66, S194); ``sort`` is quiet_since, -quiet_since, number or name."""
    found, sorts, key = inactive(query.wanted(read.scope))
    request = page_request(read, query.page_size, query.page_token, query.sort)
    async with snapshot(read.context.db) as conn:
        known = await as_of(conn, [customers, orders, invoices])
        page = await fetch_page(conn, found, request, sorts=sorts, key=key)
    response = read.respond(InactiveOut.of(page, known))
    if page.next_token:
        response.headers["link"] = next_link(read, page.next_token)
    return response
