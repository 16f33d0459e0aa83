"""``/v1/project-ranges``."""

from __future__ import annotations

from typing import Annotated

from starlette.responses import Response

from services.opportunity.opportunities.numbering import (
    AdoptRanges,
    adopt_ranges,
    ranges_in_force,
)
from services.opportunity.opportunities.numbering_schemas import RangesIn, RangesOut
from shared.http.gates import Read, Write, reading, writing
from shared.http.routing import new_router

router = new_router("project numbers")


@router.get("/project-ranges", response_model=RangesOut)
async def get_project_ranges(
    read: Annotated[Read, reading("opportunity.read")],
) -> Response:
    """Return the serials of project numbers by branch."""
    async with read.connection() as conn:
        found = await ranges_in_force(conn, read.context.settings.project_series)
    return read.respond(RangesOut.of(found))


@router.put("/project-ranges", response_model=RangesOut)
async def adopt_project_ranges(
    body: RangesIn, write: Annotated[Write, writing("project_ranges.manage", if_match=True)]
) -> Response:
    """Put other ranges in force. They lie apart, and hold what was issued from them this year."""
    series = write.context.settings.project_series
    command = AdoptRanges(body.ranges(), series, write.expected)
    return await write(command, adopt_ranges, RangesOut.of)
