"""``/v1/orders``."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from services.order.orders import approving, placing, progress
from services.order.orders.placing import CallOffOrder
from services.order.orders.repository import OrderFilter
from services.order.orders.schemas import (
    OrderIn,
    OrderOut,
    OrderPatch,
    OrderReasonIn,
    OrderSummary,
)
from services.order.orders.status import Status
from shared.auth.roles import Role
from shared.events.vocabulary import Chain
from shared.http.fields import Day
from shared.http.gates import Read, Write, reading, writing
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("orders")

Number = Annotated[str | None, Query(max_length=32)]


@router.post("/orders/{order_id}/approve", response_model=OrderOut)
async def approve_order(
    order_id: UUID,
    write: Annotated[Write, writing("order.approve", if_match=True, idempotency_key=True)],
) -> Response:
    """Review an order: the customer may trade, balance or credit covers it, and your authority its
    discounts. When money is short the answer's status is awaiting_funds; review it again then,
    with another key."""
    command = approving.ApproveOrder(order_id, write.expected, write.context.settings.chains)
    return await write(command, approving.approve_order, OrderOut.of)


@router.get("/orders/{order_id}", response_model=OrderOut)
async def get_order(order_id: UUID, read: Annotated[Read, reading("order.read")]) -> Response:
    """Return an order with what is delivered and invoiced of each line."""
    async with read.connection() as conn:
        order = await placing.orders.get(conn, order_id)
    return read.respond(OrderOut.of(order))


@router.get("/orders", response_model=ListOf[OrderSummary])
async def list_orders(
    read: Annotated[Read, reading("order.read")],
    status: Status | None = None,
    customer_id: UUID | None = None,
    contract_id: UUID | None = None,
    quote_id: UUID | None = None,
    owner_id: UUID | None = None,
    chain: Chain | None = None,
    number: Number = None,
    ordered_from: Day | None = None,
    ordered_to: Day | None = None,
    required_role: Annotated[
        Role | None, Query(description="with status placed: whom they wait for")
    ] = None,
    from_portal: Annotated[
        bool | None, Query(description="placed by customers, or by the house")
    ] = None,
    sort: str = "-created",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List orders, newest first; ``sort`` is created, -created, ordered, -ordered or number."""
    wanted = OrderFilter(
        status,
        customer_id,
        contract_id,
        quote_id,
        owner_id,
        chain,
        number,
        ordered_from,
        ordered_to,
        required_role,
        from_portal,
    )
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        page = await placing.orders.page(conn, wanted, request)
    return respond_page(read, page, OrderSummary, OrderSummary.of_row)


@router.post("/orders", response_model=OrderOut, status_code=201)
async def place_order(body: OrderIn, write: Annotated[Write, writing("order.place")]) -> Response:
    """Enter an order of a formal customer: direct, or under a signed contract."""
    command = body.command(write.context.settings.chains)
    if isinstance(command, CallOffOrder):
        return await write(command, placing.call_off, OrderOut.of, status=201)
    return await write(command, placing.place_order, OrderOut.of, status=201)


@router.patch("/orders/{order_id}", response_model=OrderOut)
async def change_order(
    order_id: UUID,
    body: OrderPatch,
    write: Annotated[Write, writing("order.place", if_match=True)],
) -> Response:
    """Change an order before its approval; a rejected one is placed again."""
    command = body.command(order_id, write.expected)
    return await write(command, placing.change_order, OrderOut.of)


@router.post("/orders/{order_id}/reject", response_model=OrderOut)
async def reject_order(
    order_id: UUID,
    body: OrderReasonIn,
    write: Annotated[Write, writing("order.approve", if_match=True)],
) -> Response:
    """Refuse an order in the review, with the reason."""
    command = body.reject(order_id, write.expected)
    return await write(command, approving.reject_order, OrderOut.of)


@router.post("/orders/{order_id}/cancel", response_model=OrderOut)
async def cancel_order(
    order_id: UUID,
    body: OrderReasonIn,
    write: Annotated[Write, writing("order.cancel", if_match=True)],
) -> Response:
    """Withdraw an order of which nothing was delivered; held money is released."""
    command = body.cancel(order_id, write.expected)
    return await write(command, progress.cancel_order, OrderOut.of)


@router.post("/orders/{order_id}/close", response_model=OrderOut)
async def close_order(
    order_id: UUID, write: Annotated[Write, writing("order.close", if_match=True)]
) -> Response:
    """Close an order: nothing more is delivered, and what was delivered is invoiced."""
    command = progress.CloseOrder(order_id, write.expected)
    return await write(command, progress.close_order, OrderOut.of)
