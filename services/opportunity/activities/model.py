"""The activity: a contact with a customer as it took place (S03). It never changes; a correction
is a new activity that refers to the old one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.opportunity.activities.errors import InvalidActivity
from shared.domain.aggregate import Aggregate, Change
from shared.domain.clock import business_date
from shared.domain.ids import new_id
from shared.domain.owner import Owner
from shared.events.opportunity import ActivityLogged

_CLOCKS_DIFFER_BY = timedelta(minutes=5)


class Kind(StrEnum):
    """How the contact was made."""

    VISIT = "visit"  # 拜访
    CALL = "call"  # 电话
    MESSAGE = "message"  # 信息
    MEETING = "meeting"  # 会议


class Result(StrEnum):
    """What came of it, in a word; the story stands in the details."""

    INTERESTED = "interested"  # 有意向
    ADVANCED = "advanced"  # 有进展
    UNCHANGED = "unchanged"  # 无变化
    OBJECTED = "objected"  # 有异议
    REFUSED = "refused"  # 拒绝
    NOT_REACHED = "not_reached"  # 未联系上


@dataclass(kw_only=True)
class Report:
    """What is told of an activity."""

    customer_id: UUID
    kind: Kind
    result: Result
    happened_at: datetime
    opportunity_id: UUID | None = None
    contact_id: UUID | None = None
    details: str | None = None
    next_contact_on: date | None = None
    corrects_id: UUID | None = None


@dataclass(kw_only=True)
class Activity(Report, Aggregate):
    """A contact with a customer, by its owner."""

    owner_id: UUID
    department: str | None
    branch: str | None
    region: str | None
    logged_by: UUID
    logged_at: datetime

    @classmethod
    def log(
        cls, report: Report, *, owner: Owner, region: str | None, by: UUID, at: datetime
    ) -> tuple[Activity, Change]:
        """Record what took place (S03)."""
        if report.happened_at > at + _CLOCKS_DIFFER_BY:
            raise InvalidActivity.field("/happened_at", "What is still to come cannot be logged.")
        following, day = report.next_contact_on, business_date(report.happened_at)
        if following is not None and following < day:
            raise InvalidActivity.field("/next_contact_on", f"This is before {day}.")
        activity = cls(
            **vars(report),
            id=new_id(),
            owner_id=owner.id,
            department=owner.department,
            branch=owner.branch,
            region=region,
            logged_by=by,
            logged_at=at,
        )
        return activity, Change(ActivityLogged)
