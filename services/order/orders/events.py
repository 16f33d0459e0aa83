"""Order to event payload."""

from __future__ import annotations

from services.order.orders.model import Order
from shared.domain.aggregate import Change
from shared.events.order_lines import OrderLine
from shared.events.payload import Payload
from shared.events.values import Money


def payload(order: Order, change: Change) -> Payload:
    """Return the event of ``change`` with the order's state after it."""
    return change.event(
        order_id=order.id,
        number=order.number,
        chain=order.chain,
        customer_id=order.customer_id,
        contract_id=order.contract_id,
        quote_id=order.quote_id,
        opportunity_id=order.opportunity_id,
        status=order.status,
        lines=tuple(
            OrderLine(
                **line.facts(order.currency), delivered=line.delivered, invoiced=line.invoiced
            )
            for line in order.lines
        ),
        total=Money(amount=order.total, currency=order.currency),
        ordered_on=order.ordered_on,
        settlement=order.settlement,
        payment_days=order.payment_days,
        portal_user_id=order.portal_user_id,
        owner_id=order.owner_id,
        department=order.department,
        branch=order.branch,
        region=order.region,
        **change.detail,
    )
