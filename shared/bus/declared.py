"""The topics of all events, a family of aggregates each: the one declaration of what both buses
create."""

from __future__ import annotations

from shared.bus.topics import Topic
from shared.events.catalogue import all_events, inbound_events

#: What comes with every piece of business, or from another system for every item it has. One
#: partition takes thousands of events a second too; several let workers share them.
BUSY = frozenset(
    {
        "crm.customer.customer",
        "crm.inbound.payment",
        "crm.inbound.stock",
        "crm.opportunity.activity",
        "crm.order.allocation",
        "crm.order.delivery",
        "crm.order.invoice",
        "crm.order.order",
        "crm.order.receipt",
        "crm.order.voucher",
    }
)


def declared(name: str) -> Topic:
    """Return the topic of a name. It keeps everything: read models are built anew from the
    beginning."""
    return Topic(name, busy=name in BUSY)


def declared_topics() -> list[Topic]:
    """Return all topics."""
    events = (*all_events(), *inbound_events())
    return [declared(name) for name in sorted({event.topic for event in events})]
