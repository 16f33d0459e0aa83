"""Goods that come back, as long as nobody is charged for them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.order.accounts.repository import move
from services.order.deliveries.drafting import deliveries
from services.order.deliveries.model import Delivery
from services.order.invoices.drafting import invoices
from services.order.invoices.errors import DeliveryInvoiced
from services.order.orders.progress import undeliver_orders
from shared.db.unit_of_work import UnitOfWork
from shared.events.vocabulary import Chain


@dataclass(frozen=True, slots=True)
class ReturnDelivery:
    """The goods of a delivery came back."""

    delivery_id: UUID
    expected: int | None
    reason: str


async def return_delivery(uow: UnitOfWork, command: ReturnDelivery) -> Delivery:
    """Take a delivery back: its orders want the goods again (S141).

    Raises:
        DeliveryInvoiced: an invoice charges for it; void that first, if it is not issued.
    """
    delivery = await deliveries.get_for_update(uow, command.delivery_id, command.expected)
    change = delivery.come_back(command.reason)
    charged = await invoices.charged(uow.conn, [delivery.id])
    if charged or delivery.chain == Chain.INVOICE_FIRST or delivery.import_id is not None:
        raise DeliveryInvoiced(f"Delivery {delivery.number} is on an invoice.")
    await deliveries.save(uow, delivery, change)
    await undeliver_orders(uow, delivery.quantities)
    if delivery.is_direct:
        await move(uow, delivery.customer_id, delivery.currency, committed=-delivery.total)
    return delivery
