"""Which events the customer service consumes: one table."""

from __future__ import annotations

from services.customer.timeline.projection import EVENTS, add_entries
from services.customer.timeline.table import SCHEMA
from shared.inbox.consumer import Consumer
from shared.service import ReadModel

TIMELINE = Consumer("customer.timeline", batch_handlers=dict.fromkeys(EVENTS, add_entries))

CONSUMERS = (TIMELINE,)
READ_MODELS = (ReadModel(TIMELINE.name, SCHEMA, CONSUMERS),)
