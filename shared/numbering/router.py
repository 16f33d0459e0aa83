"""``/v1/number-ranges/<service>/<series>``: the serials of each branch, by kind of document."""

# No ``from __future__ import annotations``: the parameters of the operations depend on the service.

from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.responses import Response

from shared.http.gates import Read, Write, reading, writing
from shared.http.routing import StrictRoute
from shared.numbering.schemas import RangesIn, RangesOut
from shared.numbering.service import AdoptRanges, Numbering


def number_router(numbering: Numbering) -> APIRouter:
    """Return the router of one service; its operations are named after the service."""
    service = numbering.service
    router = APIRouter(
        prefix=f"/v1/number-ranges/{service}",
        tags=["number ranges"],
        route_class=StrictRoute,
        generate_unique_id_function=lambda route: f"{service}_{route.name}",
    )
    named: Any = Annotated[str, Path(json_schema_extra={"enum": list(numbering.series)})]

    @router.get("/{series}", response_model=RangesOut)
    async def get_number_ranges(
        series: named, read: Annotated[Read, reading("number_ranges.read")]
    ) -> Response:
        """Return the serials of a kind of document by branch."""
        async with read.connection() as conn:
            found = await numbering.in_force(conn, series)
        return read.respond(RangesOut.of(found))

    @router.put("/{series}", response_model=RangesOut)
    async def adopt_number_ranges(
        series: named,
        body: RangesIn,
        write: Annotated[Write, writing("number_ranges.manage", if_match=True)],
    ) -> Response:
        """Put other ranges in force. They lie apart, and hold what was issued from them this
        year."""
        command = AdoptRanges(series, body.ranges(), write.expected)
        return await write(command, numbering.adopt, RangesOut.of)

    return router
