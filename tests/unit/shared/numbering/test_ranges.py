"""Ranges of serials: they lie apart, hold what was issued, and say who numbers in which."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from shared.numbering.errors import InvalidRanges, SerialsIssued
from shared.numbering.ranges import Issued, Range, RangeSet, Series

CONTRACTS = Series("contract", "HT", 6, Range(1, 999_999))
ORDERS = Series("order", "SO", 8, sa.Sequence("order_number"))
TWO = RangeSet(Range(40_001, 99_999), {"上海": Range(1, 19_999), "天津": Range(20_001, 39_999)})


def test_a_branch_numbers_in_its_own_range_and_the_others_share_one() -> None:
    """S226."""
    assert TWO.of_branch("天津") == ("天津", Range(20_001, 39_999))
    for branch in ("成都", "", None):
        assert TWO.of_branch(branch) == ("", Range(40_001, 99_999))


def test_without_a_shared_range_the_others_share_a_sequence() -> None:
    """S226: as orders do."""
    assert ORDERS.shipped == RangeSet(None, {})
    assert RangeSet(None, {"天津": Range(1, 9)}).of_branch("上海") == ("", None)


def test_a_number_says_its_year_and_one_of_a_sequence_is_shorter() -> None:
    """S226: so the two are never the same."""
    assert CONTRACTS.number(2026, 7) == "HT26000007"
    assert ORDERS.number(2026, 7) == "SO2600000007"
    assert ORDERS.plain(26_000_007) == "SO26000007"


def test_ranges_that_lie_apart_in_the_digits_are_accepted() -> None:
    """S226: beside each other, up to the last serial there is."""
    TWO.check(CONTRACTS)
    RangeSet(Range(500_000, 999_999), {"天津": Range(1, 499_999)}).check(CONTRACTS)
    RangeSet(None, {"天津": Range(1, 99_999_999)}).check(ORDERS)


@pytest.mark.parametrize(
    ("ranges", "complaint"),
    [
        (RangeSet(Range(1, 9), {"天津": Range(9, 20)}), "1 to 9 and 9 to 20 overlap"),
        (RangeSet(Range(1, 99), {"天津": Range(20, 30)}), "1 to 99 and 20 to 30 overlap"),
        (
            RangeSet(Range(50, 60), {"天津": Range(1, 9), "上海": Range(5, 6)}),
            "1 to 9 and 5 to 6 overlap",
        ),
        (RangeSet(Range(1, 9), {"天津": Range(20, 10)}), "in 1 to 999999"),
        (RangeSet(Range(0, 9), {}), "in 1 to 999999"),
        (RangeSet(Range(1, 1_000_000), {}), "in 1 to 999999"),
        (RangeSet(None, {"天津": Range(1, 9)}), "need a range to share"),
    ],
)
def test_ranges_that_do_not_fit_are_refused(ranges: RangeSet, complaint: str) -> None:
    """S226: no two branches share a serial, and none is without numbers."""
    with pytest.raises(InvalidRanges, match=complaint):
        ranges.check(CONTRACTS)


def test_who_shares_a_sequence_shares_no_range() -> None:
    """S226."""
    with pytest.raises(InvalidRanges, match="one sequence"):
        RangeSet(Range(1, 9), {}).check(ORDERS)


def test_what_was_issued_at_both_ends_of_a_range_is_inside() -> None:
    """S75."""
    TWO.keep([Issued("上海", 1, 19_999), Issued("", 40_001, 99_999)])
    TWO.keep([])


@pytest.mark.parametrize(
    ("issued", "whose"),
    [
        (Issued("天津", 20_000, 20_005), "天津"),
        (Issued("天津", 39_990, 40_000), "天津"),
        (Issued("成都", 50_001, 50_001), "成都"),
        (Issued("", 1, 1), "all other branches"),
    ],
)
def test_what_was_issued_outside_or_from_a_range_that_goes_is_refused(
    issued: Issued, whose: str
) -> None:
    """S75: below the first, above the last, or with no range any more."""
    with pytest.raises(SerialsIssued, match=f"from the range of {whose}, which"):
        TWO.keep([issued])


def test_a_range_that_is_gone_was_not_the_shared_one() -> None:
    """S226: serials of a branch are not held by what the others share, wherever they lie."""
    with pytest.raises(SerialsIssued):
        RangeSet(Range(1, 99_999), {}).keep([Issued("天津", 20_001, 20_001)])
    with pytest.raises(SerialsIssued):
        RangeSet(None, {}).keep([Issued("天津", 1, 1)])
