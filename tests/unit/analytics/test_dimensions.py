"""Dimensions: how values are written, and which part of the facts they select."""

from __future__ import annotations

from datetime import date

import pytest

from services.analytics.cube.dimensions import (
    DAY,
    DIMENSIONS,
    MONTH,
    QUARTER,
    REGION,
    YEAR,
    Dimension,
)
from services.analytics.cube.series import months


@pytest.mark.parametrize(
    ("dimension", "value", "text", "last"),
    [
        (YEAR, date(2026, 1, 1), "2026", "2026-12-31"),
        (QUARTER, date(2026, 1, 1), "2026-Q1", "2026-03-31"),
        (QUARTER, date(2026, 10, 1), "2026-Q4", "2026-12-31"),
        (MONTH, date(2024, 2, 1), "2024-02", "2024-02-29"),
        (MONTH, date(2026, 12, 1), "2026-12", "2026-12-31"),
        (DAY, date(2026, 11, 21), "2026-11-21", "2026-11-21"),
    ],
)
def test_a_period_is_sliced_from_its_first_to_its_last_day(
    dimension: Dimension, value: date, text: str, last: str
) -> None:
    assert dimension.text(value) == text
    assert dimension.slice(value) == {"from": value.isoformat(), "to": last}


def test_what_has_no_value_is_selected_by_an_empty_one() -> None:
    assert REGION.text(None) is None
    assert REGION.slice(None) == {"region": ""}
    assert REGION.slice("华东") == {"region": "华东"}


def test_every_dimension_has_a_chinese_term() -> None:
    assert len({each.term for each in DIMENSIONS.values()}) == len(DIMENSIONS)


def test_months_run_across_the_end_of_a_year() -> None:
    assert list(months(date(2025, 11, 1), date(2026, 1, 1))) == [
        date(2025, 11, 1),
        date(2025, 12, 1),
        date(2026, 1, 1),
    ]
