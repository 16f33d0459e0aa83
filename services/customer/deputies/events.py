"""Deputy to event payload: people and days, not the reason, which may be private."""

from __future__ import annotations

from services.customer.deputies.model import Deputyship
from shared.domain.aggregate import Change
from shared.events.payload import Payload


def payload(deputyship: Deputyship, change: Change) -> Payload:
    """Return the event of ``change`` with the state after it."""
    return change.event(
        deputyship_id=deputyship.id,
        principal_id=deputyship.principal_id,
        deputy_id=deputyship.deputy_id,
        starts_on=deputyship.starts_on,
        ends_on=deputyship.ends_on,
        status=deputyship.status,
    )
