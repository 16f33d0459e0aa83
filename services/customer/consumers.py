"""Which events the customer service consumes: one table."""

from __future__ import annotations

from services.customer.timeline.projection import EVENTS, add_entries
from services.customer.timeline.table import SCHEMA
from shared.inbox.consumer import Consumer
from shared.service import ReadModel

#: People read the timeline: while much happens, it may be a moment behind, in seconds.
_PACE = 0.03
TIMELINE = Consumer(
    "customer.timeline", batch_handlers=dict.fromkeys(EVENTS, add_entries), pace=_PACE
)

CONSUMERS = (TIMELINE,)
READ_MODELS = (ReadModel(TIMELINE.name, SCHEMA, CONSUMERS),)
