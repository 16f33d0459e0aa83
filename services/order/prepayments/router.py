"""``/v1/prepayments``."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from starlette.responses import Response

from services.order.prepayments import service
from services.order.prepayments.schemas import CreditIn, MovementOut, PrepaymentOut, RefundIn
from shared.http.fields import Currency
from shared.http.gates import Read, Write, reading, writing
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("prepayments")


@router.get("/prepayments/{prepayment_id}", response_model=PrepaymentOut)
async def get_prepayment(
    prepayment_id: UUID, read: Annotated[Read, reading("prepayment.read")]
) -> Response:
    """Return a prepayment account."""
    async with read.connection() as conn:
        account = await service.prepayments.get(conn, prepayment_id)
    return read.respond(PrepaymentOut.of(account))


@router.get("/prepayments", response_model=ListOf[PrepaymentOut])
async def list_prepayments(
    read: Annotated[Read, reading("prepayment.read")],
    customer_id: UUID | None = None,
    currency: Currency | None = None,
    sort: str = "-created",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List prepayment accounts, newest first; ``sort`` is created or -created."""
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        page = await service.prepayments.page(conn, customer_id, currency, request)
    return respond_page(read, page, PrepaymentOut, PrepaymentOut.of_row)


@router.get("/prepayments/{prepayment_id}/movements", response_model=ListOf[MovementOut])
async def list_movements(
    prepayment_id: UUID,
    read: Annotated[Read, reading("prepayment.read")],
    sort: str = "-version",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """Return the statement of an account, newest first; ``sort`` is version or -version."""
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        await service.prepayments.get(conn, prepayment_id)
        page = await service.prepayments.statement(conn, prepayment_id, request)
    return respond_page(read, page, MovementOut, MovementOut.of_row)


@router.post("/prepayments", response_model=PrepaymentOut, status_code=201)
async def credit_prepayment(
    body: CreditIn, write: Annotated[Write, writing("prepayment.credit", idempotency_key=True)]
) -> Response:
    """Credit money received in advance. The first of a currency opens the account."""
    return await write(body.command(), service.credit_prepayment, PrepaymentOut.of, status=201)


@router.post("/prepayments/{prepayment_id}/refund", response_model=PrepaymentOut)
async def refund_prepayment(
    prepayment_id: UUID,
    body: RefundIn,
    write: Annotated[Write, writing("prepayment.refund", if_match=True, idempotency_key=True)],
) -> Response:
    """Pay free money back to the customer; what orders hold stays."""
    command = body.command(prepayment_id, write.expected)
    return await write(command, service.refund_prepayment, PrepaymentOut.of)
