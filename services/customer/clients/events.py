"""Client to event payload: name and roles, no secrets."""

from __future__ import annotations

from services.customer.clients.model import Client
from shared.domain.aggregate import Change
from shared.events.payload import Payload


def payload(client: Client, change: Change) -> Payload:
    """Return the event of ``change`` with the state after it."""
    return change.event(
        client_id=client.id,
        name=client.name,
        roles=tuple(client.roles),
        status=client.status,
        void_before=client.tokens_from,
        void_until=client.void_until,
    )
