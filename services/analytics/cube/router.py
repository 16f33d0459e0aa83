"""``/v1/reports/cube`` and what is asked of it most often."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from services.analytics.cube import export, service
from services.analytics.cube.measures import MEASURES, MeasureName
from services.analytics.cube.question import Question
from services.analytics.cube.schemas import (
    MOST_EXPORTED,
    CubeOut,
    CubeQuery,
    CubeRowsQuery,
    MeasuresOut,
    SliceQuery,
)
from services.analytics.cube.series import MonthlySalesOut
from shared.http.gates import Read, reading
from shared.http.routing import new_router

router = new_router("reports")


@router.get("/reports/cube", response_model=CubeOut)
async def query_cube(
    query: Annotated[CubeRowsQuery, Query()], read: Annotated[Read, reading("report.read")]
) -> Response:
    """Sum a measure by up to three dimensions (S188 to S190).

    Drill by adding a row's ``slice`` to the query and one of ``drill`` to ``by``. Amounts of
    different currencies are never added.
    """
    question = query.question(read.scope, query.limit)
    rows, as_of = await service.ask(read.context.db, question)
    return read.respond(CubeOut.of(question, rows, as_of))


@router.get("/reports/measures", response_model=MeasuresOut)
async def list_measures(read: Annotated[Read, reading("report.read")]) -> Response:
    """List what the cube can be asked for: measures and their dimensions, with Chinese terms."""
    return read.respond(MeasuresOut.model_validate({"items": list(MEASURES.values())}))


@router.get(
    "/reports/cube.csv",
    response_class=Response,
    responses={200: {"description": "The rows", "content": {"text/csv": {}}}},
)
async def export_cube(
    query: Annotated[CubeQuery, Query()], read: Annotated[Read, reading("report.read")]
) -> Response:
    """Export an answer of the cube as CSV (S191); one too long is refused, never cut."""
    question = query.question(read.scope, MOST_EXPORTED)
    rows, as_of = await service.ask(read.context.db, question)
    return export.respond(question, rows, as_of)


@router.get("/reports/monthly-sales", response_model=MonthlySalesOut)
async def monthly_sales(
    query: Annotated[SliceQuery, Query()], read: Annotated[Read, reading("report.read")]
) -> Response:
    """Sales of each month by currency; months without sales between others are 0.00."""
    wanted = query.slice(read.scope)
    question = Question.of(MeasureName.SALES, "month", wanted, sort="key", limit=MOST_EXPORTED)
    rows, as_of = await service.ask(read.context.db, question)
    return read.respond(MonthlySalesOut.of(rows, as_of))
