"""Contact to event payload: that somebody changed, never who it is."""

from __future__ import annotations

from services.customer.contacts.model import Contact
from shared.domain.aggregate import Change
from shared.events.payload import Payload


def payload(contact: Contact, change: Change) -> Payload:
    """Return the event of ``change``."""
    return change.event(
        contact_id=contact.id,
        customer_id=contact.customer_id,
        status=contact.status,
        **change.detail,
    )
