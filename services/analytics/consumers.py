"""Every event of the other services, and the facts it becomes: one table."""

from __future__ import annotations

from services.analytics.facts import chances, identity, organisation, parties, payments, trade
from shared.events import catalogue
from shared.inbox.consumer import Consumer

PROJECTIONS = (
    *parties.PROJECTIONS,
    *organisation.PROJECTIONS,
    *identity.PROJECTIONS,
    *chances.PROJECTIONS,
    *trade.PROJECTIONS,
    *payments.PROJECTIONS,
)

#: Its name in the inbox, in positions and in ``kehu replay``.
NAME = "analytics"

CONSUMER = Consumer(
    NAME,
    batch_handlers={
        event: projection
        for projection in PROJECTIONS
        for event in catalogue.all_events()
        if issubclass(event, projection.state)
    },
)
CONSUMERS = (CONSUMER,)
