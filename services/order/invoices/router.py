"""``/v1/invoices``, and deliveries that come back."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from starlette.responses import Response

from services.order.deliveries.schemas import DeliveryOut
from services.order.invoices import drafting, returning, service
from services.order.invoices.model import Status
from services.order.invoices.repository import InvoiceFilter
from services.order.invoices.schemas import InvoiceIn, InvoiceOut, InvoiceSummary, ReturnIn, VoidIn
from shared.http.fields import Day
from shared.http.gates import Read, Write, reading, writing
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("invoices")


@router.get("/invoices/{invoice_id}", response_model=InvoiceOut)
async def get_invoice(invoice_id: UUID, read: Annotated[Read, reading("invoice.read")]) -> Response:
    """Return an invoice with its lines."""
    async with read.connection() as conn:
        invoice = await drafting.invoices.get(conn, invoice_id)
    return read.respond(InvoiceOut.of(invoice))


@router.get("/invoices", response_model=ListOf[InvoiceSummary])
async def list_invoices(
    read: Annotated[Read, reading("invoice.read")],
    status: Status | None = None,
    customer_id: UUID | None = None,
    contract_id: UUID | None = None,
    order_id: UUID | None = None,
    due_before: Day | None = None,
    sort: str = "-created",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List invoices, newest first; ``due_before`` gives those still open that are due before a
    day. ``sort`` is created or -created."""
    wanted = InvoiceFilter(status, customer_id, contract_id, order_id, due_before)
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        page = await drafting.invoices.page(conn, wanted, request)
    return respond_page(read, page, InvoiceSummary, InvoiceSummary.of_row)


@router.post("/invoices", response_model=InvoiceOut, status_code=201)
async def draft_invoice(
    body: InvoiceIn, write: Annotated[Write, writing("invoice.prepare")]
) -> Response:
    """Prepare an invoice of what was delivered, or of an order that is billed first."""
    if body.order_id is not None:
        command = body.of_order(body.order_id)
        return await write(command, drafting.draft_invoice_of_order, InvoiceOut.of, status=201)
    return await write(body.command(), drafting.draft_invoice, InvoiceOut.of, status=201)


@router.post("/invoices/{invoice_id}/check", response_model=InvoiceOut)
async def check_invoice(
    invoice_id: UUID, write: Annotated[Write, writing("invoice.check", if_match=True)]
) -> Response:
    """Confirm that it matches order and delivery; not by who prepared it."""
    command = service.CheckInvoice(invoice_id, write.expected)
    return await write(command, service.check_invoice, InvoiceOut.of)


@router.post("/invoices/{invoice_id}/issue", response_model=InvoiceOut)
async def issue_invoice(
    invoice_id: UUID,
    write: Annotated[Write, writing("invoice.issue", if_match=True, idempotency_key=True)],
) -> Response:
    """Number it and post it as a receivable. What its prepaid orders hold pays it at once."""
    command = service.IssueInvoice(invoice_id, write.expected)
    return await write(command, service.issue_invoice, InvoiceOut.of)


@router.post("/invoices/{invoice_id}/void", response_model=InvoiceOut)
async def void_invoice(
    invoice_id: UUID,
    body: VoidIn,
    write: Annotated[Write, writing("invoice.prepare", if_match=True)],
) -> Response:
    """Withdraw it before it is issued."""
    command = body.command(invoice_id, write.expected)
    return await write(command, service.void_invoice, InvoiceOut.of)


@router.post("/deliveries/{delivery_id}/return", response_model=DeliveryOut)
async def return_delivery(
    delivery_id: UUID,
    body: ReturnIn,
    write: Annotated[Write, writing("delivery.return", if_match=True)],
) -> Response:
    """Note that the goods came back. Refused while an invoice charges for them."""
    command = body.command(delivery_id, write.expected)
    return await write(command, returning.return_delivery, DeliveryOut.of)
