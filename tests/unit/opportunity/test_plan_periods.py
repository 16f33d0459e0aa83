"""When plans are due and decided on, in business time (S44, S46)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from services.opportunity.plans.errors import InvalidPlan, PlanStateError, UnplannedItem
from services.opportunity.plans.items import Category, Targets, WorkItem
from services.opportunity.plans.model import Plan, Recipients
from services.opportunity.plans.periods import Kind, Meeting, due_at, last_day
from shared.domain.ids import new_id
from shared.domain.owner import Owner

MEETING = Meeting(1, time(9))
TOLD = {"reason": "r", "goal": "g", "scheme": "s", "support": "u"}
OWNER = Owner(new_id(), "销售一部", "上海")


def _plan(kind: Kind = Kind.WEEKLY, starts_on: date = date(2026, 11, 23)) -> Plan:
    return Plan.draft(kind, starts_on, OWNER, [OWNER.id], datetime(2026, 11, 1, tzinfo=UTC))


def _item(**fields: Any) -> WorkItem:
    return WorkItem(id=new_id(), category=Category.KEY, action="拜访", **fields)


def test_a_weekly_plan_is_due_on_the_sunday_before_at_five() -> None:
    """S44: 17:00 in Shanghai is 09:00 UTC."""
    assert due_at(Kind.WEEKLY, date(2026, 11, 23)) == datetime(2026, 11, 22, 9, tzinfo=UTC)


def test_it_is_late_a_microsecond_after_and_not_before() -> None:
    """S44."""
    due = datetime(2026, 11, 22, 9, tzinfo=UTC)
    for at, late in ((due, False), (due.replace(microsecond=1), True)):
        plan = _plan()
        plan.write([_item(**TOLD)], None)
        plan.submit(Recipients(new_id()), None, at)
        assert plan.late is late


def test_a_return_leaves_lateness_and_a_withdrawal_does_not() -> None:
    """S44: what was taken back was not handed in."""
    early, late = datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)
    for give_back, expected in ((Plan.give_back, False), (Plan.take_back, True)):
        plan = _plan()
        plan.write([_item(**TOLD)], None)
        plan.submit(Recipients(new_id()), None, early)
        give_back(plan)
        plan.submit(Recipients(new_id()), None, late)
        assert plan.late is expected


@pytest.mark.parametrize(
    ("starts_on", "expected"),
    [
        (date(2026, 11, 23), datetime(2026, 11, 24, 1, tzinfo=UTC)),
        # 1 to 7 October are holidays: the meeting of Monday the 5th is on Thursday the 8th.
        (date(2026, 10, 5), datetime(2026, 10, 9, 1, tzinfo=UTC)),
        # A year whose holidays nobody published yet goes by the weekday.
        (date(2199, 1, 7), datetime(2199, 1, 8, 1, tzinfo=UTC)),
    ],
)
def test_a_week_is_decided_on_a_day_after_the_meeting(starts_on: date, expected: datetime) -> None:
    """S46."""
    assert MEETING.decide_by(starts_on) == expected


def test_the_meeting_may_be_on_another_day_and_hour() -> None:
    """S46."""
    found = Meeting(5, time(18, 30)).decide_by(date(2026, 11, 23))
    assert found == datetime(2026, 11, 28, 10, 30, tzinfo=UTC)


def test_weeks_start_on_mondays_and_months_on_their_first_day() -> None:
    """S44, S47."""
    assert last_day(Kind.WEEKLY, date(2026, 11, 23)) == date(2026, 11, 29)
    assert last_day(Kind.MONTHLY, date(2028, 2, 1)) == date(2028, 2, 29)
    assert last_day(Kind.MONTHLY, date(2026, 12, 1)) == date(2026, 12, 31)
    assert last_day(Kind.DAILY, date(2026, 11, 25)) == date(2026, 11, 25)
    for kind, day in ((Kind.WEEKLY, date(2026, 11, 24)), (Kind.MONTHLY, date(2026, 11, 2))):
        with pytest.raises(InvalidPlan):
            last_day(kind, day)


@pytest.mark.parametrize("missing", TOLD)
def test_what_is_new_in_a_week_says_all_four(missing: str) -> None:
    """S45: a reason, a goal, a scheme and the support; a day and a month need not."""
    told = {name: text for name, text in TOLD.items() if name != missing}
    with pytest.raises(UnplannedItem) as refused:
        _plan().write([_item(**TOLD), _item(**told)], None)
    assert [each.pointer for each in refused.value.errors] == [f"/items/1/{missing}"]
    _plan(Kind.MONTHLY, date(2026, 11, 1)).write([_item()], None)


def test_only_a_day_has_targets_unless_they_are_said() -> None:
    """S42: 5-20-30."""
    day, week = _plan(Kind.DAILY), _plan()
    day.write([], None)
    week.write([], None)
    assert (day.visits, day.calls, day.messages) == (5, 20, 30)
    assert (week.visits, week.calls, week.messages) == (None, None, None)
    week.write([], Targets(1, 2, 3))
    assert (week.visits, week.calls, week.messages) == (1, 2, 3)


def test_what_was_handed_in_does_not_change() -> None:
    """S44."""
    plan = _plan()
    plan.write([_item(**TOLD)], None)
    plan.submit(Recipients(new_id()), None, datetime(2026, 11, 20, tzinfo=UTC))
    with pytest.raises(PlanStateError):
        plan.write([], None)
    with pytest.raises(PlanStateError):
        plan.close({}, None, datetime(2026, 11, 20, tzinfo=UTC))
