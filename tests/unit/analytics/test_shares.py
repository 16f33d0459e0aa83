"""Shares add up to one, whatever is shared."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.analytics.shares import ratio, shares


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=60).filter(any))
def test_shares_add_up_to_exactly_one_and_are_off_by_less_than_a_step(parts: list[int]) -> None:
    """S07."""
    found = shares(parts)
    assert sum(found) == 1
    for part, share in zip(parts, found, strict=True):
        assert abs(share - Decimal(part) / sum(parts)) < Decimal("0.0001")


def test_the_sample_of_the_sources() -> None:
    """S07: 23, 579, 344 and 5,566 of 6,512 customers."""
    found = [str(each) for each in shares([23, 579, 344, 5566])]
    assert found == ["0.0036", "0.0889", "0.0528", "0.8547"]


def test_nothing_has_no_shares() -> None:
    assert shares([0, 0]) == [Decimal(0), Decimal(0)]
    assert shares([]) == []
    assert ratio(1, 0) is None
    assert ratio(1, 3) == Decimal("0.3333")
