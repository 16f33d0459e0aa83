"""All events: importing this module registers every type."""

from __future__ import annotations

from shared.events import (
    approvals,
    customer,
    documents,
    expenses,
    identity,
    inbound,
    numbering,
    opportunity,
    order,
    organisation,
    plans,
    staff,
)
from shared.events.payload import all_events, declared_events, inbound_events, payload_class

__all__ = [
    "all_events",
    "approvals",
    "customer",
    "declared_events",
    "documents",
    "expenses",
    "identity",
    "inbound",
    "inbound_events",
    "numbering",
    "opportunity",
    "order",
    "organisation",
    "payload_class",
    "plans",
    "staff",
]
