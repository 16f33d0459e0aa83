"""All events: importing this module registers every type."""

from __future__ import annotations

from shared.events import customer, inbound, opportunity, order, staff
from shared.events.payload import all_events, declared_events, inbound_events, payload_class

__all__ = [
    "all_events",
    "customer",
    "declared_events",
    "inbound",
    "inbound_events",
    "opportunity",
    "order",
    "payload_class",
    "staff",
]
