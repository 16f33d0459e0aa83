"""``/v1/customers/{customer_id}/level-proposals``."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from starlette.responses import Response

from services.customer.customers.service import customers
from services.customer.levels import service
from services.customer.levels.model import Status
from services.customer.levels.schemas import LevelProposalIn, LevelProposalOut
from shared.http.gates import Read, Write, reading, writing
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("levels")


@router.get(
    "/customers/{customer_id}/level-proposals/{level_proposal_id}", response_model=LevelProposalOut
)
async def get_level_proposal(
    customer_id: UUID, level_proposal_id: UUID, read: Annotated[Read, reading("customer.read")]
) -> Response:
    """Return a proposal; how it is decided is in ``/v1/approvals/customer``."""
    async with read.connection() as conn:
        proposal = await service.proposals.of_customer(conn, customer_id, level_proposal_id)
    return read.respond(LevelProposalOut.of(proposal))


@router.get("/customers/{customer_id}/level-proposals", response_model=ListOf[LevelProposalOut])
async def list_level_proposals(
    customer_id: UUID,
    read: Annotated[Read, reading("customer.read")],
    status: Status | None = None,
    sort: str = "-proposed",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List the levels proposed for a customer, newest first; ``sort`` is proposed or -proposed."""
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        await customers.get(conn, customer_id)
        page = await service.proposals.page(conn, customer_id, status, request)
    return respond_page(read, page, LevelProposalOut)


@router.post(
    "/customers/{customer_id}/level-proposals", response_model=LevelProposalOut, status_code=201
)
async def propose_level(
    customer_id: UUID,
    body: LevelProposalIn,
    write: Annotated[Write, writing("customer.change")],
) -> Response:
    """Propose a level, with the reasons; whoever its process asks decides. One at a time. A
    manager may also set the level on the customer, which makes the proposal void."""
    command = body.command(customer_id, write.expected)
    return await write(command, service.propose_level, LevelProposalOut.of, status=201)
