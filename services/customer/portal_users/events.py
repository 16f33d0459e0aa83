"""Portal user to event payload: whose, never who."""

from __future__ import annotations

from services.customer.portal_users.model import PortalUser
from shared.domain.aggregate import Change
from shared.events.payload import Payload


def payload(user: PortalUser, change: Change) -> Payload:
    """Return the event of ``change`` with the state after it."""
    return change.event(
        portal_user_id=user.id, customer_id=user.customer_id, status=user.status, **change.detail
    )
