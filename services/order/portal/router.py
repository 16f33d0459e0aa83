"""``/v1/portal``: what is a customer's own. Whatever is another's is not there."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from starlette.responses import Response

from services.order.orders.status import Status
from services.order.portal import views
from services.order.portal.schemas import (
    AccountOut,
    BalanceOut,
    OwnDeliveryOut,
    OwnDeliverySummary,
    OwnInvoiceOut,
    OwnInvoiceSummary,
    OwnOrderOut,
    OwnOrderSummary,
)
from services.order.portal_users.buyer import buying
from shared.http.gates import Read, reading
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("portal")


@router.get("/portal/orders/{order_id}", response_model=OwnOrderOut)
async def get_own_order(order_id: UUID, read: Annotated[Read, reading("portal.read")]) -> Response:
    """Return an order of one's own, with what is delivered and invoiced of each line."""
    async with buying(read) as (conn, buyer):
        order = await views.own_order(conn, buyer, order_id)
    return read.respond(OwnOrderOut.of(order))


@router.get("/portal/orders", response_model=ListOf[OwnOrderSummary])
async def list_own_orders(
    read: Annotated[Read, reading("portal.read")],
    status: Status | None = None,
    sort: str = "-created",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List one's own orders, newest first, whoever placed them; ``sort`` is created or -created."""
    request = page_request(read, page_size, page_token, sort)
    async with buying(read) as (conn, buyer):
        page = await views.order_page(conn, buyer, status, request)
    return respond_page(read, page, OwnOrderSummary, OwnOrderSummary.of_row)


@router.get("/portal/deliveries/{delivery_id}", response_model=OwnDeliveryOut)
async def get_own_delivery(
    delivery_id: UUID, read: Annotated[Read, reading("portal.read")]
) -> Response:
    """Return a delivery of one's own that has left, with its goods."""
    async with buying(read) as (conn, buyer):
        delivery = await views.own_delivery(conn, buyer, delivery_id)
    return read.respond(OwnDeliveryOut.of(delivery))


@router.get("/portal/deliveries", response_model=ListOf[OwnDeliverySummary])
async def list_own_deliveries(
    read: Annotated[Read, reading("portal.read")],
    order_id: UUID | None = None,
    sort: str = "-created",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List one's own deliveries that have left; ``sort`` is created or -created."""
    request = page_request(read, page_size, page_token, sort)
    async with buying(read) as (conn, buyer):
        page = await views.delivery_page(conn, buyer, order_id, request)
    return respond_page(read, page, OwnDeliverySummary)


@router.get("/portal/invoices/{invoice_id}", response_model=OwnInvoiceOut)
async def get_own_invoice(
    invoice_id: UUID, read: Annotated[Read, reading("portal.read")]
) -> Response:
    """Return an issued invoice of one's own, with its lines and what is open of it."""
    async with buying(read) as (conn, buyer):
        invoice = await views.own_invoice(conn, buyer, invoice_id)
    return read.respond(OwnInvoiceOut.of(invoice))


@router.get("/portal/invoices", response_model=ListOf[OwnInvoiceSummary])
async def list_own_invoices(
    read: Annotated[Read, reading("portal.read")],
    order_id: UUID | None = None,
    sort: str = "-created",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List one's own invoices that are issued; ``sort`` is created or -created."""
    request = page_request(read, page_size, page_token, sort)
    async with buying(read) as (conn, buyer):
        page = await views.invoice_page(conn, buyer, order_id, request)
    return respond_page(read, page, OwnInvoiceSummary, OwnInvoiceSummary.of_row)


@router.get("/portal/account", response_model=AccountOut)
async def get_own_account(read: Annotated[Read, reading("portal.read")]) -> Response:
    """Return what one's company owes, has ordered and has paid ahead, by currency."""
    async with buying(read) as (conn, buyer):
        found = await views.balances(conn, buyer)
    return read.respond(AccountOut(balances=[BalanceOut.of(each) for each in found]))
