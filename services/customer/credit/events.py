"""Credit to event payload."""

from __future__ import annotations

from services.customer.credit.model import Credit
from shared.domain.aggregate import Change
from shared.events.payload import Payload
from shared.events.values import Money


def payload(credit: Credit, change: Change) -> Payload:
    """Return the event of an assessment."""
    limited = credit.limit is not None and credit.currency is not None
    return change.event(
        credit_id=credit.id,
        customer_id=credit.id,
        settlement=credit.settlement,
        limit=Money(amount=credit.limit, currency=credit.currency) if limited else None,
        valid_until=credit.valid_until,
        assessed_by=credit.assessed_by,
    )
