"""Events of work plans, of the opportunity service. What people plan in words stays at home."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from shared.events.payload import event
from shared.events.values import Owned, Value


class PlannedWork(Value):
    """One thing to do; ``month_item_id`` is the item of a monthly plan that a week carries out."""

    item_id: UUID
    category: str  # key, sales, placement, collection, vip
    customer_id: UUID | None
    due_on: date | None
    month_item_id: UUID | None


class PlanState(Owned):
    """A work plan (工作计划). ``late`` is what was first handed in after ``due_at``."""

    plan_id: UUID
    kind: str  # daily, weekly, monthly
    starts_on: date
    ends_on: date
    status: str  # draft, submitted, returned, approved, closed, archived
    due_at: datetime
    submitted_at: datetime | None
    late: bool
    overdue_at: datetime | None
    decide_by: datetime | None
    lead_id: UUID | None  # the manager of the owner's unit
    copied: tuple[UUID, ...]  # assistants, of a monthly plan and its report (S47)
    visits: int | None
    calls: int | None
    messages: int | None
    items: tuple[PlannedWork, ...]


@event("crm.opportunity.plan.drafted.v1")
class PlanDrafted(PlanState):
    """A plan was begun (S44)."""


@event("crm.opportunity.plan.changed.v1")
class PlanChanged(PlanState):
    """What is planned was replaced."""


@event("crm.opportunity.plan.submitted.v1")
class PlanSubmitted(PlanState):
    """It was handed in to the managers above its owner (S44, S47)."""


@event("crm.opportunity.plan.withdrawn.v1")
class PlanWithdrawn(PlanState):
    """Its owner took it back; it counts as not handed in."""


@event("crm.opportunity.plan.returned.v1")
class PlanReturned(PlanState):
    """It was returned for a change."""


@event("crm.opportunity.plan.approved.v1")
class PlanApproved(PlanState):
    """A manager agreed to it (S46)."""


@event("crm.opportunity.plan.overdue.v1")
class PlanOverdue(PlanState):
    """It was begun, and not handed in when it was due (S44)."""


@event("crm.opportunity.plan.closed.v1")
class PlanClosed(PlanState):
    """Its results are in, of a month with the report to the manager (S47)."""


@event("crm.opportunity.plan.archived.v1")
class PlanArchived(PlanState):
    """An assistant filed it (S47)."""
