"""Every event of the other services, and the facts it becomes: one table."""

from __future__ import annotations

from typing import Any

from services.analytics.facts import chances, identity, organisation, parties, payments, trade
from services.analytics.personal_data import HOLDINGS
from shared.events import catalogue
from shared.events.customer import CustomerErased
from shared.events.payload import Payload
from shared.events.staff import StaffErased
from shared.inbox.consumer import Consumer
from shared.privacy.erasing import letting_go
from shared.privacy.subjects import Subject

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

_FACTS: dict[type[Payload], Any] = {
    event: projection
    for projection in PROJECTIONS
    for event in catalogue.all_events()
    if issubclass(event, projection.state)
}
_LETTING_GO = {
    event: letting_go(HOLDINGS, subject, _FACTS[event])
    for event, subject in ((CustomerErased, Subject.CUSTOMER), (StaffErased, Subject.STAFF))
}
CONSUMER = Consumer(NAME, batch_handlers=_FACTS | _LETTING_GO)
CONSUMERS = (CONSUMER,)
