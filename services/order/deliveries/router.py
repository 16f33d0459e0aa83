"""``/v1/deliveries``."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from services.order.deliveries import drafting, service
from services.order.deliveries.model import Status
from services.order.deliveries.repository import DeliveryFilter
from services.order.deliveries.schemas import (
    ArrivalIn,
    DeliveryCancellationIn,
    DeliveryIn,
    DeliveryOut,
    DeliverySummary,
    ShipmentIn,
    direct_command,
)
from shared.auth.roles import Role
from shared.http.gates import Read, Write, reading, writing
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("deliveries")


@router.get("/deliveries/{delivery_id}", response_model=DeliveryOut)
async def get_delivery(
    delivery_id: UUID, read: Annotated[Read, reading("delivery.read")]
) -> Response:
    """Return a delivery with its lines."""
    async with read.connection() as conn:
        delivery = await drafting.deliveries.get(conn, delivery_id)
    return read.respond(DeliveryOut.of(delivery))


@router.get("/deliveries", response_model=ListOf[DeliverySummary])
async def list_deliveries(
    read: Annotated[Read, reading("delivery.read")],
    status: Status | None = None,
    customer_id: UUID | None = None,
    order_id: UUID | None = None,
    required_role: Annotated[
        Role | None, Query(description="with status draft: whom they wait for")
    ] = None,
    sort: str = "-created",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List deliveries, newest first; ``sort`` is created, -created, number or -number."""
    wanted = DeliveryFilter(status, customer_id, order_id, required_role)
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        page = await drafting.deliveries.page(conn, wanted, request)
    return respond_page(read, page, DeliverySummary, DeliverySummary.of_row)


@router.post("/deliveries", response_model=DeliveryOut, status_code=201)
async def draft_delivery(
    body: DeliveryIn, write: Annotated[Write, writing("delivery.prepare")]
) -> Response:
    """Prepare a delivery: of one order or several of a customer, or without an order."""
    if body.direct is not None:
        command = direct_command(body.direct, write.context.settings.chains)
        return await write(command, drafting.draft_direct_delivery, DeliveryOut.of, status=201)
    tolerance = write.context.settings.over_delivery_tolerance
    return await write(body.command(tolerance), drafting.draft_delivery, DeliveryOut.of, status=201)


@router.post("/deliveries/{delivery_id}/check", response_model=DeliveryOut)
async def check_delivery(
    delivery_id: UUID, write: Annotated[Write, writing("delivery.check", if_match=True)]
) -> Response:
    """Confirm that it agrees with the orders; not by who prepared it. Without an order, your
    authority must cover its discounts."""
    command = service.CheckDelivery(delivery_id, write.expected)
    return await write(command, service.check_delivery, DeliveryOut.of)


@router.post("/deliveries/{delivery_id}/ship", response_model=DeliveryOut)
async def ship_delivery(
    delivery_id: UUID,
    body: ShipmentIn,
    write: Annotated[Write, writing("delivery.ship", if_match=True)],
) -> Response:
    """Let it leave the warehouse: its orders advance, never beyond what is tolerated."""
    command = body.command(delivery_id, write.expected)
    return await write(command, service.ship_delivery, DeliveryOut.of)


@router.post("/deliveries/{delivery_id}/receive", response_model=DeliveryOut)
async def receive_delivery(
    delivery_id: UUID,
    body: ArrivalIn,
    write: Annotated[Write, writing("delivery.receive", if_match=True)],
) -> Response:
    """Note that the customer has it."""
    command = body.command(delivery_id, write.expected)
    return await write(command, service.receive_delivery, DeliveryOut.of)


@router.post("/deliveries/{delivery_id}/cancel", response_model=DeliveryOut)
async def cancel_delivery(
    delivery_id: UUID,
    body: DeliveryCancellationIn,
    write: Annotated[Write, writing("delivery.prepare", if_match=True)],
) -> Response:
    """Drop it before it is shipped."""
    command = body.command(delivery_id, write.expected)
    return await write(command, service.cancel_delivery, DeliveryOut.of)
