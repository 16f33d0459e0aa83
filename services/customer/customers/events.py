"""Customer to event payload."""

from __future__ import annotations

from services.customer.customers.model import Customer
from shared.domain.aggregate import Change
from shared.events.payload import Payload


def payload(customer: Customer, change: Change) -> Payload:
    """Return the event of ``change`` with the customer's state after it."""
    return change.event(
        customer_id=customer.id,
        number=customer.number,
        name=customer.name,
        status=customer.status,
        level=customer.level,
        industry=customer.industry,
        region=customer.region,
        source=customer.source,
        external_id=customer.external_id,
        owner_id=customer.owner_id,
        department=customer.department,
        branch=customer.branch,
        created_at=customer.created_at,
        **change.detail,
    )
