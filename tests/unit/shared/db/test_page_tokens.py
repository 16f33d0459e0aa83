"""Page tokens cannot be forged, nor used for another list."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from shared.db import paging
from shared.db.paging import PageRequest, Sort
from shared.domain.errors import Invalid
from shared.domain.ids import new_id

KEY = new_id()
BY_NAME = Sort(sa.column("name", sa.Text), str)
REQUEST = PageRequest(size=50, token=None, sort="name", binding="alice /v1/customers", secret=b"s")


def token(value: Any, request: PageRequest = REQUEST, key: UUID = KEY) -> str:
    return paging._encode(request, value, key)


def read(text: str, request: PageRequest = REQUEST, sort: Sort = BY_NAME) -> tuple[Any, UUID]:
    return paging._decode(dataclasses.replace(request, token=text), sort)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (str, "华为 \"'\\"),
        (int, 2**40),
        (date, date(2026, 11, 21)),
        (datetime, datetime(2026, 11, 21, 8, 30, 0, 123456, UTC)),
        (Decimal, Decimal("12345678901234.50")),
        (UUID, KEY),
    ],
)
def test_a_token_carries_where_the_last_page_ended(kind: type[Any], value: Any) -> None:
    assert read(token(value), sort=Sort(sa.column("x"), kind)) == (value, KEY)


@pytest.mark.parametrize(
    "other",
    [
        dataclasses.replace(REQUEST, binding="bob /v1/customers"),
        dataclasses.replace(REQUEST, sort="-name"),
        dataclasses.replace(REQUEST, secret=b"another server"),
    ],
)
def test_a_token_is_of_one_list_of_one_person(other: PageRequest) -> None:
    with pytest.raises(Invalid) as refusal:
        read(token("a"), other)
    assert refusal.value.errors[0].code == "invalid_page_token"


@given(st.text(max_size=200))
def test_no_made_up_token_is_taken(text: str) -> None:
    with pytest.raises(Invalid):
        read(text)


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=63))
def test_no_token_can_be_altered(place: int, shift: int) -> None:
    good = token("some name that is long enough")
    place %= len(good)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    altered = alphabet[(alphabet.index(good[place]) + shift) % 64]
    bad = good[:place] + altered + good[place + 1 :]
    try:
        assert read(bad) == read(good)  # the last character may hold bits that count for nothing
        assert place == len(good) - 1
    except Invalid:
        pass


def test_an_unknown_sort_is_refused_with_those_that_exist() -> None:
    with pytest.raises(Invalid, match="Sort by one of: name"):
        paging._sort(dataclasses.replace(REQUEST, sort="shoe_size"), {"name": BY_NAME})
