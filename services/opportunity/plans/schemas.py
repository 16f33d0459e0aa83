"""Plans over HTTP: bodies in, bodies out, and the commands they become."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from services.opportunity.plans.items import Category, Targets, WorkItem
from services.opportunity.plans.model import Status
from services.opportunity.plans.periods import Kind
from services.opportunity.plans.service import (
    Attainment,
    ChangePlan,
    ClosePlan,
    Content,
    DraftPlan,
)
from services.opportunity.presenting import facts
from shared.domain.ids import new_id
from shared.http.fields import Day, Input, Line, Note, Output

Contacts = Annotated[int, Field(strict=True, ge=0, le=10_000)]


class TargetsIn(Input):
    """How many contacts are meant to be made."""

    visits: Contacts = 5
    calls: Contacts = 20
    messages: Contacts = 30


class WorkItemIn(Input):
    """One thing to do. In a weekly plan it is an item of the approved monthly plan, or says why it
    is new, to what end, how, and with whose help."""

    category: Category
    action: Line
    customer_id: UUID | None = None
    due_on: Day | None = None
    month_item_id: UUID | None = None
    reason: Note | None = None
    goal: Note | None = None
    scheme: Note | None = None
    support: Note | None = None

    def item(self) -> WorkItem:
        """Return the item this body stands for."""
        return WorkItem(id=new_id(), **self.model_dump())


class PlanContent(Input):
    """What is planned; without ``targets`` a day has 5 visits, 20 calls and 30 messages."""

    items: Annotated[list[WorkItemIn], Field(max_length=200)]
    targets: TargetsIn | None = None

    def content(self) -> Content:
        """Return what is planned."""
        targets = Targets(**self.targets.model_dump()) if self.targets else None
        return Content([each.item() for each in self.items], targets)

    def command(self, plan_id: UUID, expected: int | None) -> ChangePlan:
        """Return the command this body stands for."""
        return ChangePlan(plan_id, expected, self.content())


class PlanIn(PlanContent):
    """A plan of one's own; a week starts on a Monday, a month with its first day."""

    kind: Kind
    starts_on: Day

    def draft(self) -> DraftPlan:
        """Return the command this body stands for."""
        return DraftPlan(self.kind, self.starts_on, self.content())


class WorkResultIn(Input):
    """What came of one item."""

    item_id: UUID
    result: Note


class ClosingIn(Input):
    """What came of each item; for a month also the report to the manager."""

    results: Annotated[list[WorkResultIn], Field(max_length=200)]
    report: Note | None = None

    def command(self, plan_id: UUID, expected: int | None) -> ClosePlan:
        """Return the command this body stands for."""
        results = {each.item_id: each.result for each in self.results}
        return ClosePlan(plan_id, expected, results, self.report)


class TargetsOut(Output):
    """How many contacts are meant to be made."""

    visits: int
    calls: int
    messages: int


class WorkItemOut(Output):
    """One thing to do, and what came of it."""

    id: UUID
    category: Category
    action: str
    customer_id: UUID | None
    due_on: date | None
    month_item_id: UUID | None
    reason: str | None
    goal: str | None
    scheme: str | None
    support: str | None
    result: str | None


class PlanSummary(Output):
    """A plan in a list. ``late`` is what was handed in after ``due_at``, ``overdue_at`` when it was
    noted as missing; ``lead_id`` is the manager it went to."""

    id: UUID
    version: int
    kind: Kind
    starts_on: date
    ends_on: date
    owner_id: UUID
    department: str | None
    branch: str | None
    status: Status
    authors: list[UUID]
    due_at: datetime
    created_at: datetime
    targets: TargetsOut | None
    submitted_at: datetime | None
    late: bool
    overdue_at: datetime | None
    decide_by: datetime | None
    lead_id: UUID | None
    copied: list[UUID]
    approved_by: UUID | None
    approved_for: UUID | None = Field(description="in whose name, when a deputy did")
    approved_at: datetime | None
    report: str | None
    closed_at: datetime | None
    archived_by: UUID | None
    archived_at: datetime | None

    @classmethod
    def of(cls, plan: Any) -> Self:
        """Present a plan, or the row of one in a list."""
        shown = facts(plan)
        targets = None if shown["visits"] is None else shown
        return cls.model_validate(shown | {"targets": targets})


class PlanOut(PlanSummary):
    """A plan with its items."""

    items: list[WorkItemOut]


class Attained(Output):
    """How many were meant to be made, if that is said, and how many were."""

    target: int | None
    actual: int


class AttainmentOut(Output):
    """The contacts of a plan's owner in its days, against its targets."""

    plan_id: UUID
    visits: Attained
    calls: Attained
    messages: Attained

    @classmethod
    def of(cls, found: Attainment) -> AttainmentOut:
        """Present what became of the targets."""
        plan, made = found.plan, found.made
        return cls(
            plan_id=plan.id,
            visits=Attained(target=plan.visits, actual=made.get("visit", 0)),
            calls=Attained(target=plan.calls, actual=made.get("call", 0)),
            messages=Attained(target=plan.messages, actual=made.get("message", 0)),
        )
