"""Amendment to event payload."""

from __future__ import annotations

from services.order.amendments.model import Amendment
from shared.domain.aggregate import Change
from shared.events.payload import Payload
from shared.events.values import Money


def payload(amendment: Amendment, change: Change) -> Payload:
    """Return the event of ``change`` with the amendment's state after it."""
    return change.event(
        amendment_id=amendment.id,
        contract_id=amendment.contract_id,
        number=amendment.number,
        customer_id=amendment.customer_id,
        kind=amendment.kind,
        revision=amendment.revision,
        status=amendment.status,
        total=Money(amount=amendment.total, currency=amendment.currency),
        total_before=Money(amount=amendment.total_before, currency=amendment.currency),
        **change.detail,
    )
