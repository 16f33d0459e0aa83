"""When plans begin and end, until when they are submitted, and until when they are decided on
(S44, S46). Days and hours are those of the business."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from chinese_calendar import is_workday

from services.opportunity.plans.errors import InvalidPlan
from shared.domain.clock import business_zone

_DAY = timedelta(days=1)
_WEEKEND = 5


class Kind(StrEnum):
    """For how long a plan is."""

    DAILY = "daily"  # 日计划
    WEEKLY = "weekly"  # 周计划
    MONTHLY = "monthly"  # 月计划


#: How many days after the first one, and at what hour, a plan is due. Weekly plans are due on the
#: Sunday before at 17:00 (S44).
_DUE = {
    Kind.DAILY: (0, time(9)),
    Kind.WEEKLY: (-1, time(17)),
    Kind.MONTHLY: (-1, time(17)),
}


@dataclass(frozen=True, slots=True)
class Meeting:
    """The weekly meeting: ``weekday`` 1 is Monday."""

    weekday: int
    at: time

    def decide_by(self, starts_on: date) -> datetime:
        """Return when a weekly plan should be decided on: a day after the meeting, which is held on
        the next working day when its own is a holiday (S46)."""
        day = starts_on + (self.weekday - 1) * _DAY
        while not _is_worked(day):
            day += _DAY
        return datetime.combine(day, self.at, business_zone()) + _DAY


def last_day(kind: Kind, starts_on: date) -> date:
    """Return the last day of a plan.

    Raises:
        InvalidPlan: a week does not start on a Monday, or a month not with its first day.
    """
    if kind == Kind.WEEKLY:
        if starts_on.weekday() != 0:
            raise InvalidPlan.field("/starts_on", "A week starts on a Monday.")
        return starts_on + 6 * _DAY
    if kind == Kind.MONTHLY:
        if starts_on.day != 1:
            raise InvalidPlan.field("/starts_on", "A month starts with its first day.")
        return (starts_on + 31 * _DAY).replace(day=1) - _DAY
    return starts_on


def due_at(kind: Kind, starts_on: date) -> datetime:
    """Return until when a plan is submitted in time."""
    days, hour = _DUE[kind]
    return datetime.combine(starts_on + days * _DAY, hour, business_zone())


def _is_worked(day: date) -> bool:
    """By the Chinese calendar of holidays, as far as it is published; otherwise by the weekday."""
    try:
        return bool(is_workday(day))
    except NotImplementedError:
        return day.weekday() < _WEEKEND
