"""``/v1/customers/{customer_id}/credit``."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from starlette.responses import Response

from services.customer.credit import service
from services.customer.credit.schemas import CreditIn, CreditOut
from services.customer.customers.service import customers
from shared.http.gates import Read, Write, reading, writing
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("credit")


@router.get("/customers/{customer_id}/credit", response_model=CreditOut)
async def get_credit(customer_id: UUID, read: Annotated[Read, reading("credit.read")]) -> Response:
    """Return how a customer settles; 404 if the credit was never assessed."""
    async with read.connection() as conn:
        found = await service.credits.get(conn, customer_id)
    return read.respond(CreditOut.of(found))


@router.put("/customers/{customer_id}/credit", response_model=CreditOut)
async def assess_credit(
    customer_id: UUID,
    body: CreditIn,
    write: Annotated[Write, writing("credit.assess", if_match=True, creates=True)],
) -> Response:
    """Say how a customer settles; ``If-None-Match: *`` for the first assessment."""
    command = body.command(customer_id, write.expected)
    return await write(command, service.assess_credit, CreditOut.of)


@router.get("/customers/{customer_id}/credit/history", response_model=ListOf[CreditOut])
async def list_assessments(
    customer_id: UUID,
    read: Annotated[Read, reading("credit.read")],
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List the assessments of a customer's credit, newest first."""
    request = page_request(read, page_size, page_token, "-version")
    async with read.connection() as conn:
        await customers.get(conn, customer_id)
        page = await service.credits.history(conn, customer_id, request)
    return respond_page(read, page, CreditOut, CreditOut.of_row)
