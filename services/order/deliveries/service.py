"""What happens to a delivery after it is prepared: checked, shipped, received, cancelled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.order.accounts.repository import move
from services.order.deliveries.drafting import deliveries
from services.order.deliveries.model import Delivery
from services.order.orders.progress import deliver_orders
from services.order.prices.service import authorise
from shared.db.unit_of_work import UnitOfWork
from shared.domain.clock import business_date
from shared.domain.errors import Invalid


@dataclass(frozen=True, slots=True)
class CheckDelivery:
    """A second person confirms a delivery."""

    delivery_id: UUID
    expected: int | None


@dataclass(frozen=True, slots=True)
class ShipDelivery:
    """A delivery leaves the warehouse; today unless ``shipped_on`` says otherwise."""

    delivery_id: UUID
    expected: int | None
    carrier: str | None = None
    tracking: str | None = None
    shipped_on: date | None = None


@dataclass(frozen=True, slots=True)
class ReceiveDelivery:
    """The customer has it; since today unless ``received_on`` says otherwise."""

    delivery_id: UUID
    expected: int | None
    received_on: date | None = None


@dataclass(frozen=True, slots=True)
class CancelDelivery:
    """A delivery is dropped before it is shipped."""

    delivery_id: UUID
    expected: int | None
    reason: str


async def check_delivery(uow: UnitOfWork, command: CheckDelivery) -> Delivery:
    """Confirm a delivery; not by who prepared it (S151, S152). The prices of a direct one need
    the checker's authority (S106, S108)."""
    delivery = await deliveries.get_for_update(uow, command.delivery_id, command.expected)
    delivery.must_be_checkable(*uow.actor.signature)
    role = await authorise(uow, delivery) if delivery.is_direct else None
    by, on_behalf_of = uow.actor.signature
    await deliveries.save(uow, delivery, delivery.check(by, role, on_behalf_of))
    return delivery


async def ship_delivery(uow: UnitOfWork, command: ShipDelivery) -> Delivery:
    """Ship a delivery and advance its orders, never beyond the tolerance (S141 to S144)."""
    delivery = await deliveries.get_for_update(uow, command.delivery_id, command.expected)
    on = _not_in_the_future(uow, command.shipped_on, "/shipped_on")
    await deliveries.save(uow, delivery, delivery.ship(on, command.carrier, command.tracking))
    await deliver_orders(uow, delivery.quantities, tolerance=delivery.tolerance)
    return delivery


async def receive_delivery(uow: UnitOfWork, command: ReceiveDelivery) -> Delivery:
    """Note that the customer has it (S141)."""
    delivery = await deliveries.get_for_update(uow, command.delivery_id, command.expected)
    on = _not_in_the_future(uow, command.received_on, "/received_on")
    await deliveries.save(uow, delivery, delivery.receive(on))
    return delivery


async def cancel_delivery(uow: UnitOfWork, command: CancelDelivery) -> Delivery:
    """Drop a delivery before it is shipped; what a direct one committed is free again (S145)."""
    delivery = await deliveries.get_for_update(uow, command.delivery_id, command.expected)
    await deliveries.save(uow, delivery, delivery.cancel(command.reason))
    if delivery.is_direct:
        await move(uow, delivery.customer_id, delivery.currency, committed=-delivery.total)
    return delivery


def _not_in_the_future(uow: UnitOfWork, given: date | None, pointer: str) -> date:
    today = business_date(uow.now)
    if given is not None and given > today:
        raise Invalid.field(pointer, "This day is yet to come.", "in_the_future")
    return given or today
