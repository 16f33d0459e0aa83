"""Prepayment account to event payload."""

from __future__ import annotations

from services.order.prepayments.model import Prepayment
from shared.domain.aggregate import Change
from shared.events.payload import Payload
from shared.events.values import Money


def payload(prepayment: Prepayment, change: Change) -> Payload:
    """Return the event of a movement, with the account after it."""
    detail = {**change.detail}
    amount = Money(amount=detail.pop("amount"), currency=prepayment.currency)
    return change.event(
        prepayment_id=prepayment.id,
        customer_id=prepayment.customer_id,
        balance=Money(amount=prepayment.balance, currency=prepayment.currency),
        held=Money(amount=prepayment.held, currency=prepayment.currency),
        amount=amount,
        **detail,
    )
