"""Key to event payload: its name and its times, never the key."""

from __future__ import annotations

from services.customer.keys.model import SigningKey
from shared.domain.aggregate import Change
from shared.events.payload import Payload


def payload(key: SigningKey, change: Change) -> Payload:
    """Return the event of ``change`` with the state after it."""
    return change.event(
        signing_key_id=key.id,
        kid=key.kid,
        signs_from=key.signs_from,
        verifies_until=key.verifies_until,
    )
