"""The work plan: draft → submitted → approved or returned → closed → archived (S44 to S47)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.opportunity.plans.errors import InvalidPlan, NotOwnPlan, PlanStateError
from services.opportunity.plans.items import Targets, WorkItem, check_items, with_results
from services.opportunity.plans.periods import Kind, due_at, last_day
from shared.domain.actor import Actor
from shared.domain.aggregate import Aggregate, Change
from shared.domain.ids import new_id
from shared.domain.owner import Owner
from shared.events.plans import (
    PlanApproved,
    PlanArchived,
    PlanChanged,
    PlanClosed,
    PlanDrafted,
    PlanOverdue,
    PlanReturned,
    PlanSubmitted,
    PlanWithdrawn,
)


class Status(StrEnum):
    """Life cycle."""

    DRAFT = "draft"  # 草稿
    SUBMITTED = "submitted"  # 已提交
    RETURNED = "returned"  # 退回修改
    APPROVED = "approved"  # 已批准
    CLOSED = "closed"  # 已完成
    ARCHIVED = "archived"  # 已归档


TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.SUBMITTED}),
    Status.SUBMITTED: frozenset({Status.APPROVED, Status.RETURNED, Status.DRAFT}),
    Status.RETURNED: frozenset({Status.SUBMITTED}),
    Status.APPROVED: frozenset({Status.CLOSED}),
    Status.CLOSED: frozenset({Status.ARCHIVED}),
    Status.ARCHIVED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Recipients:
    """To whom a plan goes: the manager of its owner's unit, and who gets a copy."""

    lead_id: UUID
    copied: tuple[UUID, ...] = ()


@dataclass(kw_only=True)
class Plan(Aggregate):
    """What somebody means to do in a day, a week or a month. ``submitted_at`` is when it was first
    handed in, and ``late`` whether that was after ``due_at``; a return changes neither."""

    kind: Kind
    starts_on: date
    ends_on: date
    owner_id: UUID
    department: str | None
    branch: str | None
    status: Status
    authors: Sequence[UUID]
    due_at: datetime
    created_at: datetime
    visits: int | None = None
    calls: int | None = None
    messages: int | None = None
    submitted_at: datetime | None = None
    late: bool = False
    overdue_at: datetime | None = None
    decide_by: datetime | None = None
    lead_id: UUID | None = None
    copied: Sequence[UUID] = ()
    approved_by: UUID | None = None
    approved_for: UUID | None = None
    approved_at: datetime | None = None
    report: str | None = None
    closed_at: datetime | None = None
    archived_by: UUID | None = None
    archived_at: datetime | None = None
    items: tuple[WorkItem, ...] = ()

    @classmethod
    def draft(
        cls, kind: Kind, starts_on: date, owner: Owner, authors: Sequence[UUID], at: datetime
    ) -> Plan:
        """Begin a plan; what stands in it is written next."""
        return cls(
            id=new_id(),
            kind=kind,
            starts_on=starts_on,
            ends_on=last_day(kind, starts_on),
            owner_id=owner.id,
            department=owner.department,
            branch=owner.branch,
            status=Status.DRAFT,
            authors=tuple(authors),
            due_at=due_at(kind, starts_on),
            created_at=at,
        )

    def write(self, items: Iterable[WorkItem], targets: Targets | None) -> Change:
        """Replace what is planned; a day has the usual targets unless it says others (S42, S45)."""
        self._require(Status.DRAFT, Status.RETURNED)
        found = tuple(items)
        check_items(self.kind, found)
        if targets is None and self.kind == Kind.DAILY:
            targets = Targets()
        self.items = found
        for name in Targets.__slots__:
            setattr(self, name, getattr(targets, name, None))
        return Change(PlanChanged if self.version else PlanDrafted)

    def submit(self, to: Recipients, decide_by: datetime | None, at: datetime) -> Change:
        """Hand it in; the first time says whether it is late (S44)."""
        self._become(Status.SUBMITTED)
        if not self.items and self.kind != Kind.DAILY:
            raise InvalidPlan("There is nothing in this plan yet.")
        if self.submitted_at is None:
            self.submitted_at, self.late = at, at > self.due_at
        self.decide_by, self.lead_id, self.copied = decide_by, to.lead_id, to.copied
        return Change(PlanSubmitted)

    def approve(self, approver: UUID, on_behalf_of: UUID | None, at: datetime) -> Change:
        """Agree to it: from now on it does not change (S46)."""
        self._become(Status.APPROVED)
        self.approved_by, self.approved_for, self.approved_at = approver, on_behalf_of, at
        return Change(PlanApproved)

    def give_back(self) -> Change:
        """Return it for a change; it was handed in when it was."""
        self._become(Status.RETURNED)
        return Change(PlanReturned)

    def take_back(self) -> Change:
        """Make it a draft again, that has not been handed in."""
        self._become(Status.DRAFT)
        self.submitted_at, self.late = None, False
        return Change(PlanWithdrawn)

    def note_overdue(self, at: datetime) -> Change:
        """Note, once, that the day and hour have passed without it (S44)."""
        self.overdue_at = at
        return Change(PlanOverdue)

    @property
    def is_awaited(self) -> bool:
        """Whether it was neither handed in nor noted as overdue."""
        return self.submitted_at is None and self.overdue_at is None

    def close(self, results: Mapping[UUID, str], report: str | None, at: datetime) -> Change:
        """Say what came of each item, and of a month in a report to the manager (S47)."""
        self._become(Status.CLOSED)
        if report is None and self.kind == Kind.MONTHLY:
            raise InvalidPlan.field("/report", "A month ends with a report.")
        self.items = with_results(self.items, results)
        self.report, self.closed_at = report, at
        return Change(PlanClosed)

    def archive(self, by: UUID, at: datetime) -> Change:
        """File it (S47)."""
        self._become(Status.ARCHIVED)
        self.archived_by, self.archived_at = by, at
        return Change(PlanArchived)

    def require_owner(self, actor: Actor) -> None:
        """Refuse who is not the owner, nor acts in the owner's name; they are authors of it."""
        if actor.stands_for != self.owner_id:
            raise NotOwnPlan("A plan is written, submitted and closed by whose it is.")
        self.authors = tuple(dict.fromkeys((*self.authors, *actor.hands)))

    def _require(self, *allowed: Status) -> None:
        if self.status not in allowed:
            raise PlanStateError(f"A plan that is {self.status} does not change.")

    def _become(self, target: Status) -> None:
        if target not in TRANSITIONS[Status(self.status)]:
            raise PlanStateError(f"A plan that is {self.status} cannot become {target}.")
        self.status = target
