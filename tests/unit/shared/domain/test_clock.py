"""Time: stored in UTC, judged where the business is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from shared.domain.clock import business_date, now


def test_the_present_is_in_utc() -> None:
    assert now().tzinfo is UTC


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 21, 15, 59, tzinfo=UTC), date(2026, 11, 21)),
        (datetime(2026, 11, 21, 16, 0, tzinfo=UTC), date(2026, 11, 22)),  # midnight in Shanghai
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_a_day_begins_at_midnight_in_shanghai(moment: datetime, day: date) -> None:
    assert business_date(moment) == day


def test_the_zone_of_a_moment_does_not_matter() -> None:
    moment = datetime(2026, 11, 21, 11, 0, tzinfo=ZoneInfo("America/New_York"))
    assert business_date(moment) == date(2026, 11, 22)
