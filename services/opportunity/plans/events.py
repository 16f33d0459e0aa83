"""Plan to event payload; what people wrote stays at home."""

from __future__ import annotations

from services.opportunity.plans.model import Plan
from shared.domain.aggregate import Change
from shared.events.payload import Payload
from shared.events.plans import PlannedWork

_SAME = (
    "kind",
    "starts_on",
    "ends_on",
    "owner_id",
    "department",
    "branch",
    "status",
    "due_at",
    "submitted_at",
    "late",
    "overdue_at",
    "decide_by",
    "lead_id",
    "visits",
    "calls",
    "messages",
)


def payload(plan: Plan, change: Change) -> Payload:
    """Return the event of ``change`` with the plan's state after it."""
    items = tuple(
        PlannedWork(
            item_id=item.id,
            category=item.category,
            customer_id=item.customer_id,
            due_on=item.due_on,
            month_item_id=item.month_item_id,
        )
        for item in plan.items
    )
    same = {name: getattr(plan, name) for name in _SAME}
    return change.event(plan_id=plan.id, copied=tuple(plan.copied), items=items, **same)
