"""``/v1/contract-amendments``, and proposing one."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from starlette.responses import Response

from services.order.amendments import service
from services.order.amendments.approval import amendments
from services.order.amendments.model import Kind, Status
from services.order.amendments.repository import AmendmentFilter
from services.order.amendments.schemas import AmendmentIn, AmendmentOut, AmendmentSummary
from shared.http.gates import Read, Write, reading, writing
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("contracts")


@router.post("/contracts/{contract_id}/amendments", response_model=AmendmentOut, status_code=201)
async def propose_amendment(
    contract_id: UUID,
    body: AmendmentIn,
    write: Annotated[Write, writing("contract.amend", if_match=True)],
) -> Response:
    """Propose to change what an approved contract agrees on, or to end it. ``If-Match`` is that of
    the contract. It is decided at ``/v1/approvals/order``; as shipped by the general manager."""
    command = body.command(contract_id, write.expected)
    return await write(command, service.propose_amendment, AmendmentOut.of, status=201)


@router.get("/contract-amendments/{amendment_id}", response_model=AmendmentOut)
async def get_amendment(
    amendment_id: UUID, read: Annotated[Read, reading("contract.read")]
) -> Response:
    """Return an amendment with all that would be agreed."""
    async with read.connection() as conn:
        amendment = await amendments.get(conn, amendment_id)
    return read.respond(AmendmentOut.of(amendment))


@router.get("/contract-amendments", response_model=ListOf[AmendmentSummary])
async def list_amendments(
    read: Annotated[Read, reading("contract.read")],
    contract_id: UUID | None = None,
    customer_id: UUID | None = None,
    kind: Kind | None = None,
    status: Status | None = None,
    sort: str = "-proposed",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List amendments, newest first; ``sort`` is proposed or -proposed."""
    wanted = AmendmentFilter(contract_id, customer_id, kind, status)
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        page = await amendments.page(conn, wanted, request)
    return respond_page(read, page, AmendmentSummary, AmendmentSummary.of_row)
