"""``/v1/handovers``."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from starlette.responses import Response

from services.customer.handovers import service
from services.customer.handovers.schemas import HandoverIn, HandoverOut
from shared.http.gates import Read, Write, reading, writing
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("hand-overs")


@router.post("/handovers", response_model=HandoverOut, status_code=201)
async def hand_over_all(
    body: HandoverIn, write: Annotated[Write, writing("customer.hand_over")]
) -> Response:
    """Give all customers of one owner to another. A large number is worked off in batches."""
    return await write(body.command(), service.hand_over_all, HandoverOut.of, status=201)


@router.get("/handovers/{handover_id}", response_model=HandoverOut)
async def get_handover(
    handover_id: UUID, read: Annotated[Read, reading("customer.read")]
) -> Response:
    """Return a hand-over and how far it is."""
    async with read.connection() as conn:
        row = await service.get_handover(conn, handover_id)
    return read.respond(HandoverOut.model_validate(dict(row)))


@router.get("/handovers", response_model=ListOf[HandoverOut])
async def list_handovers(
    read: Annotated[Read, reading("customer.read")],
    status: service.HandoverStatus | None = None,
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List hand-overs, newest first."""
    request = page_request(read, page_size, page_token, "-time")
    async with read.connection() as conn:
        page = await service.page_of_handovers(conn, status, request)
    return respond_page(read, page, HandoverOut)
