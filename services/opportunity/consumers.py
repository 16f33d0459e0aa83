"""Foreign events, and what they become here: replicas and reactions."""

from __future__ import annotations

from services.opportunity.customers import projection as customers
from services.opportunity.staff import projection as staff
from shared.inbox.consumer import Consumer

REPLICAS = Consumer(
    "opportunity.replicas",
    batch_handlers={
        **dict.fromkeys(customers.EVENTS, customers.project_customers),
        **dict.fromkeys(staff.EVENTS, staff.project_staff),
    },
)

CONSUMERS = (REPLICAS,)
