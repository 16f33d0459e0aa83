"""``/v1/portal/drafts``."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from starlette.responses import Response

from services.order.drafts import service
from services.order.drafts.model import Status
from services.order.drafts.pricing import price
from services.order.drafts.schemas import DraftIn, DraftOut, DraftPatch, DraftSummary, SubmitIn
from services.order.drafts.service import CancelDraft
from services.order.portal.schemas import OwnOrderOut
from services.order.portal_users.buyer import buyer_of
from shared.domain.clock import business_date, now
from shared.http.gates import Read, Write, reading, writing
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("portal")


@router.get("/portal/drafts/{draft_id}", response_model=DraftOut)
async def get_draft(draft_id: UUID, read: Annotated[Read, reading("portal.order")]) -> Response:
    """Return one of one's own drafts, with what it costs today."""
    async with read.connection() as conn:
        await buyer_of(conn, read.actor)
        draft = await service.drafts.get(conn, draft_id)
        costing = await price(conn, draft, business_date(now()))
    return read.respond(DraftOut.of(costing))


@router.get("/portal/drafts", response_model=ListOf[DraftSummary])
async def list_drafts(
    read: Annotated[Read, reading("portal.order")],
    status: Status | None = None,
    sort: str = "-created",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List one's own drafts, newest first; ``sort`` is created or -created."""
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        await buyer_of(conn, read.actor)
        page = await service.drafts.page(conn, status, request)
    return respond_page(read, page, DraftSummary)


@router.post("/portal/drafts", response_model=DraftOut, status_code=201)
async def draft_order(body: DraftIn, write: Annotated[Write, writing("portal.order")]) -> Response:
    """Begin an order of products of the catalogue. The list prices of the day it is submitted
    count."""
    return await write(body.command(), service.draft_order, DraftOut.of, status=201)


@router.patch("/portal/drafts/{draft_id}", response_model=DraftOut)
async def change_draft(
    draft_id: UUID,
    body: DraftPatch,
    write: Annotated[Write, writing("portal.order", if_match=True)],
) -> Response:
    """Change one of one's own drafts before it is submitted."""
    return await write(body.command(draft_id, write.expected), service.change_draft, DraftOut.of)


@router.post("/portal/drafts/{draft_id}/submit", response_model=OwnOrderOut)
async def submit_draft(
    draft_id: UUID,
    body: SubmitIn,
    write: Annotated[Write, writing("portal.order", if_match=True)],
) -> Response:
    """Hand a draft in to the sales department. It becomes an order that waits for their review;
    where the company only sells under contracts it is refused."""
    command = body.command(draft_id, write.expected, write.context.settings.chains)
    return await write(command, service.submit_draft, OwnOrderOut.of)


@router.post("/portal/drafts/{draft_id}/cancel", response_model=DraftOut)
async def cancel_draft(
    draft_id: UUID, write: Annotated[Write, writing("portal.order", if_match=True)]
) -> Response:
    """Give one of one's own drafts up."""
    command = CancelDraft(draft_id, write.expected)
    return await write(command, service.cancel_draft, DraftOut.of)
