"""``/v1/reports/funnel``."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from services.analytics.cube.question import Slice, check_period
from services.analytics.facts.chances import opportunities
from services.analytics.funnel import query as queries
from services.analytics.funnel.report import build
from services.analytics.funnel.schemas import FunnelOut, FunnelQuery
from services.analytics.snapshot import as_of, snapshot
from shared.http.gates import Read, reading
from shared.http.routing import new_router

router = new_router("reports")


@router.get("/reports/funnel", response_model=FunnelOut)
async def funnel_report(
    query: Annotated[FunnelQuery, Query()], read: Annotated[Read, reading("report.read")]
) -> Response:
    """Conversion and time per stage, win rate, and amounts by stage and currency (S74).

    Of the opportunities opened in the period. Without an amount an opportunity counts by number.
    """
    check_period(Slice(query.from_, query.to))
    cohort = query.cohort(read.scope)
    async with snapshot(read.context.db) as conn:
        known = await as_of(conn, [opportunities])
        stays = (await conn.execute(queries.stays(cohort))).all()
        reached = (await conn.execute(queries.reached(cohort))).all()
        amounts = (await conn.execute(queries.amounts(cohort))).all()
    return read.respond(FunnelOut.of(build(stays, reached, amounts), known))
