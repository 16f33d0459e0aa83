"""``/v1/receipts``, ``/v1/allocations``, and what pays an invoice."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from starlette.responses import Response

from services.order.receipts import allocating, proposal, service
from services.order.receipts.model import AllocationStatus, Method, Status
from services.order.receipts.repository import AllocationFilter, ReceiptFilter
from services.order.receipts.schemas import (
    AllocationOut,
    InvoiceAllocatedOut,
    InvoiceAllocationsIn,
    PrepaymentUseIn,
    ProposalOut,
    ReceiptAllocatedOut,
    ReceiptAllocationsIn,
    ReceiptCreditIn,
    ReceiptIn,
    ReceiptOut,
    ReversalIn,
)
from shared.http.fields import Day
from shared.http.gates import Read, Write, reading, writing
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("receipts")


@router.post("/receipts/{receipt_id}/allocations", response_model=ReceiptAllocatedOut)
async def allocate_receipt(
    receipt_id: UUID,
    body: ReceiptAllocationsIn,
    write: Annotated[Write, writing("receipt.allocate", if_match=True, idempotency_key=True)],
) -> Response:
    """Apply a receipt to one or more invoices of its customer (核销). All or nothing."""
    command = body.command(receipt_id, write.expected)
    return await write(command, allocating.allocate_receipt, ReceiptAllocatedOut.after)


@router.get("/receipts/{receipt_id}", response_model=ReceiptOut)
async def get_receipt(receipt_id: UUID, read: Annotated[Read, reading("receipt.read")]) -> Response:
    """Return a receipt."""
    async with read.connection() as conn:
        receipt = await service.receipts.get(conn, receipt_id)
    return read.respond(ReceiptOut.of(receipt))


@router.get("/receipts", response_model=ListOf[ReceiptOut])
async def list_receipts(
    read: Annotated[Read, reading("receipt.read")],
    status: Status | None = None,
    customer_id: UUID | None = None,
    method: Method | None = None,
    received_from: Day | None = None,
    received_to: Day | None = None,
    sort: str = "-created",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List receipts; ``sort`` is created, -created, received_on, -received_on or number."""
    wanted = ReceiptFilter(status, customer_id, method, received_from, received_to)
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        page = await service.receipts.page(conn, wanted, request)
    return respond_page(read, page, ReceiptOut, ReceiptOut.of_row)


@router.post("/receipts", response_model=ReceiptOut, status_code=201)
async def record_receipt(
    body: ReceiptIn, write: Annotated[Write, writing("receipt.record", idempotency_key=True)]
) -> Response:
    """Record money that came in: method, time, amount, handler and account."""
    return await write(body.command(), service.record_receipt, ReceiptOut.of, status=201)


@router.get("/receipts/{receipt_id}/allocation-proposal", response_model=ProposalOut)
async def propose_allocations(
    receipt_id: UUID, read: Annotated[Read, reading("receipt.read")]
) -> Response:
    """Propose which invoices the receipt pays: those due first."""
    async with read.connection() as conn:
        proposed = await proposal.propose(conn, receipt_id)
    return read.respond(ProposalOut.of(proposed))


@router.post("/receipts/{receipt_id}/credit-prepayment", response_model=ReceiptOut)
async def credit_receipt(
    receipt_id: UUID,
    body: ReceiptCreditIn,
    write: Annotated[Write, writing("prepayment.credit", if_match=True, idempotency_key=True)],
) -> Response:
    """Move money of the receipt to the customer's prepayment account."""
    command = body.command(receipt_id, write.expected)
    return await write(command, service.credit_receipt, ReceiptOut.of)


@router.post("/receipts/{receipt_id}/reverse", response_model=ReceiptOut)
async def reverse_receipt(
    receipt_id: UUID,
    body: ReversalIn,
    write: Annotated[Write, writing("receipt.reverse", if_match=True, idempotency_key=True)],
) -> Response:
    """Take back a receipt that was recorded in error or bounced, while nothing of it is used."""
    command = body.of_receipt(receipt_id, write.expected)
    return await write(command, service.reverse_receipt, ReceiptOut.of)


@router.post("/invoices/{invoice_id}/allocations", response_model=InvoiceAllocatedOut)
async def allocate_to_invoice(
    invoice_id: UUID,
    body: InvoiceAllocationsIn,
    write: Annotated[Write, writing("receipt.allocate", if_match=True, idempotency_key=True)],
) -> Response:
    """Apply one or more receipts to an invoice (核销). All or nothing."""
    command = body.command(invoice_id, write.expected)
    return await write(command, allocating.allocate_to_invoice, InvoiceAllocatedOut.after)


@router.post("/invoices/{invoice_id}/pay-from-prepayment", response_model=InvoiceAllocatedOut)
async def pay_from_prepayment(
    invoice_id: UUID,
    body: PrepaymentUseIn,
    write: Annotated[Write, writing("receipt.allocate", if_match=True, idempotency_key=True)],
) -> Response:
    """Pay an invoice with money of the prepayment account that no order holds."""
    command = body.command(invoice_id, write.expected)
    return await write(command, allocating.pay_from_prepayment, InvoiceAllocatedOut.after)


@router.get("/allocations/{allocation_id}", response_model=AllocationOut)
async def get_allocation(
    allocation_id: UUID, read: Annotated[Read, reading("receipt.read")]
) -> Response:
    """Return an allocation."""
    async with read.connection() as conn:
        allocation = await service.allocations.get(conn, allocation_id)
    return read.respond(AllocationOut.of(allocation))


@router.get("/allocations", response_model=ListOf[AllocationOut])
async def list_allocations(
    read: Annotated[Read, reading("receipt.read")],
    status: AllocationStatus | None = None,
    customer_id: UUID | None = None,
    receipt_id: UUID | None = None,
    invoice_id: UUID | None = None,
    sort: str = "-created",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List allocations, newest first; ``sort`` is created or -created."""
    wanted = AllocationFilter(status, customer_id, receipt_id, invoice_id)
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        page = await service.allocations.page(conn, wanted, request)
    return respond_page(read, page, AllocationOut, AllocationOut.of_row)


@router.post("/allocations/{allocation_id}/reverse", response_model=AllocationOut)
async def reverse_allocation(
    allocation_id: UUID,
    body: ReversalIn,
    write: Annotated[Write, writing("receipt.allocate", if_match=True, idempotency_key=True)],
) -> Response:
    """Take an allocation back: the invoice is open again, the money free (反核销)."""
    command = body.of_allocation(allocation_id, write.expected)
    return await write(command, allocating.reverse_allocation, AllocationOut.of)
