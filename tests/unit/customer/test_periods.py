"""A time and all that follow, in few terms."""

from __future__ import annotations

from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.customer.customers import search
from services.customer.customers.periods import LENGTHS, periods, periods_since

QUARTER = 256
HOUR, YEAR = 3_600_000, 365 * 86_400_000
#: Half of what an id can tell, so that one after the other still can; and as many small ones.
MOMENTS = st.integers(0, 47).flatmap(lambda bits: st.integers(0, (1 << bits) - 1))


def made_at(milliseconds: int, rest: int = 0) -> UUID:
    """An id of a time."""
    return UUID(int=milliseconds << 80 | rest)


def covered(at: int, since: int, newest: int) -> bool:
    """Whether an id of a time is among those from another on."""
    wanted = periods_since(made_at(since), made_at(newest))
    return bool(set(periods(made_at(at))) & set(wanted))


@given(MOMENTS, MOMENTS, MOMENTS)
def test_whatever_came_then_or_later_is_in_one_of_them(since: int, newest: int, later: int) -> None:
    """S02: also what is newer than all that is known."""
    assert covered(since, since, newest)
    assert covered(since + later, since, newest)


@given(MOMENTS, MOMENTS, MOMENTS)
def test_little_is_from_before(at: int, before: int, between: int) -> None:
    """S02: half of what lies up to the last that was counted, or the shortest period."""
    since = at + before
    if before >= max(QUARTER, between / 2):
        assert not covered(at, since, since + between)


@given(MOMENTS, MOMENTS, MOMENTS)
def test_what_is_older_is_left_out_together(since: int, newest: int, other: int) -> None:
    """S02: of two, the newer is in one of them if the older is; a page of the newest is exact."""
    older, newer = sorted((since, other))
    assert covered(newer, since, newest) >= covered(older, since, newest)


@pytest.mark.parametrize("between", [0, 1000, HOUR, 24 * HOUR, YEAR, 30 * YEAR])
def test_they_are_few(between: int) -> None:
    """S02: each costs the index a descent."""
    now = 56 * YEAR
    wanted = periods_since(made_at(now - between), made_at(now))
    assert len(wanted) == len(set(wanted)) <= 60
    assert len(periods(made_at(now))) == 21


def test_each_is_four_times_as_long_as_the_one_before() -> None:
    """S02."""
    numbers = [int(term.split(":")[1], 16) for term in periods(made_at(56 * YEAR))]
    assert all(longer == shorter // 4 for shorter, longer in pairwise(numbers))
    assert numbers[0] == 56 * YEAR // QUARTER


@given(st.text(max_size=20), MOMENTS, st.sampled_from(range(len(LENGTHS))))
def test_no_name_is_cut_into_one(text: str, at: int, length: int) -> None:
    """S02: else somebody would find others by it; also of a name, or a query, that is one."""
    term = periods(made_at(at))[length]
    for name in (term, text + term, term + text):
        folded = search.query_text(name)
        assert term not in search.pieces(folded) | search.query_pieces(folded)
        assert term not in search.pieces(name) | search.query_pieces(name)
