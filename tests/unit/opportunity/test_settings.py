"""Settings of the opportunity service: number ranges that cannot collide."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from services.opportunity.settings import OpportunitySettings
from shared.numbering.ranges import Range


def _settings(**given: Any) -> OpportunitySettings:
    return OpportunitySettings(database_url="postgresql://x", **given)


def test_the_shipped_ranges_are_those_of_the_requirement() -> None:
    """S75, S226."""
    series = _settings().project_series
    found = {branch: (each.first, each.last) for branch, each in series.ranges.items()}
    assert found == {"上海": (1, 19_999), "天津": (20_001, 39_999)}
    assert series.default == Range(40_001, 99_999)
    assert (series.prefix, series.digits) == ("FQ", 5)


@pytest.mark.parametrize(
    "given",
    [
        {"project_ranges": {"上海": (1, 20_001), "天津": (20_001, 39_999)}},
        {"project_ranges": {"上海": (1, 40_001)}},
        {"project_ranges": {"上海": (9, 1)}},
        {"project_default_range": (40_001, 100_000)},
        {"project_ranges": {"上海": (0, 10)}},
    ],
)
def test_ranges_that_touch_or_leave_the_five_digits_are_refused(given: dict[str, Any]) -> None:
    """S75."""
    with pytest.raises(ValidationError):
        _settings(**given)
