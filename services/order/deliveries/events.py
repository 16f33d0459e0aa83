"""Delivery to event payload."""

from __future__ import annotations

from services.order.deliveries.model import Delivery
from shared.domain.aggregate import Change
from shared.events.order_lines import DeliveryLine
from shared.events.payload import Payload
from shared.events.values import Money


def payload(delivery: Delivery, change: Change) -> Payload:
    """Return the event of ``change`` with the delivery's state after it."""
    return change.event(
        delivery_id=delivery.id,
        number=delivery.number,
        chain=delivery.chain,
        customer_id=delivery.customer_id,
        status=delivery.status,
        lines=_lines(delivery),
        total=Money(amount=delivery.total, currency=delivery.currency),
        shipped_on=delivery.shipped_on,
        received_on=delivery.received_on,
        carrier=delivery.carrier,
        tracking=delivery.tracking,
        owner_id=delivery.owner_id,
        department=delivery.department,
        branch=delivery.branch,
        region=delivery.region,
        **change.detail,
    )


def _lines(delivery: Delivery) -> tuple[DeliveryLine, ...]:
    return tuple(
        DeliveryLine(
            **line.facts(delivery.currency),
            order_id=line.order_id,
            order_line_id=line.order_line_id,
        )
        for line in delivery.lines
    )
