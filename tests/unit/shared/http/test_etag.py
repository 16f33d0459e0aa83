"""ETags are versions, and only our own are understood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.http.etag import MalformedIfMatch, etag, parse_if_match


@given(st.integers(min_value=1, max_value=10**17))
def test_an_etag_is_read_back(version: int) -> None:
    assert parse_if_match(etag(version)) == version


def test_any_version_will_do() -> None:
    assert parse_if_match("*") is None


@pytest.mark.parametrize(
    "header",
    ["", "17", 'W/"v17"', '"17"', '"v0"', '"v01"', '"v1", "v2"', '"v-1"', '"v１"', '"v' + "9" * 99],
)
def test_nothing_else_is_an_etag_of_ours(header: str) -> None:
    with pytest.raises(MalformedIfMatch):
        parse_if_match(header)
