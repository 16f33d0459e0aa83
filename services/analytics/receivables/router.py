"""``/v1/reports/ageing``."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from services.analytics.cube.measures import MEASURES, MeasureName
from services.analytics.cube.question import check_slice, parse_dimensions
from services.analytics.facts.payments import allocations
from services.analytics.facts.trade import invoices
from services.analytics.receivables.ageing import ageing
from services.analytics.receivables.schemas import AgeingOut, AgeingQuery
from services.analytics.snapshot import as_of, snapshot
from shared.domain.clock import business_date, now
from shared.domain.errors import Invalid
from shared.http.gates import Read, reading
from shared.http.routing import new_router

router = new_router("reports")


@router.get("/reports/ageing", response_model=AgeingOut)
async def ageing_report(
    query: Annotated[AgeingQuery, Query()], read: Annotated[Read, reading("report.read")]
) -> Response:
    """Open receivables by age as of a day (S163); a past day gives the same figures for ever."""
    today = business_date(now())
    wanted = query.slice(read.scope, query.on)
    measure = MEASURES[MeasureName.RECEIVABLES]
    check_slice(measure, wanted)
    dimensions = parse_dimensions(query.by or "", measure)
    if len(dimensions) > 1:
        raise Invalid.field("/query/by", "Name one dimension.", "dimensions")
    by = dimensions[0] if dimensions else None
    tables = {invoices, allocations} | (
        {by.refers_to} if by and by.refers_to is not None else set()
    )
    async with snapshot(read.context.db) as conn:
        known = await as_of(conn, tables)
        totals = (await conn.execute(ageing(today, None, wanted, None))).all()
        found = ageing(today, by, wanted, query.limit) if by else None
        rows = (await conn.execute(found)).all() if found is not None else []
    return read.respond(AgeingOut.of(query.on or today, by, totals, rows, query.limit, known))
