"""What is given out about people, and what is erased, is complete against the inventory."""

from __future__ import annotations

import pytest

from shared.db.common_invariants import aggregate_tables
from shared.privacy.declared import holdings_of
from shared.privacy.inventory import Sort, inventory
from shared.privacy.places import ERASED, Erasing
from shared.service import NAMES, load

#: Columns that are derived from others: the audit compares what they are derived from.
DERIVED = {("customer", name) for name in ("name_key", "search_text", "search_terms")}


def sorts(name: str) -> dict[tuple[str, str], Sort]:
    """What the columns of a service say about people."""
    return {(each.table, each.column): each.sort for each in inventory(load(name).metadata)}


@pytest.mark.parametrize("name", NAMES)
def test_every_column_about_people_is_given_out_or_apart_for_a_reason(name: str) -> None:
    """Invariant 40, GDPR Art. 15, PIPL 45: a new column has to be given its place."""
    holdings = holdings_of(name)
    told = {
        (place.table.fullname, column.name) for place in holdings.places for column in place.shown
    }
    about_people = {
        (each.table, each.column)
        for each in inventory(load(name).metadata)
        if each.sort is not Sort.NONE
    }
    apart = {
        (each.table, each.column)
        for each in inventory(load(name).metadata)
        if f"{each.table.rpartition('.')[2]}.{each.column}" in holdings.apart
    }
    assert about_people - told - apart == set()


@pytest.mark.parametrize("name", NAMES)
def test_what_is_kept_has_a_reason_and_what_is_blank_says_nothing(name: str) -> None:
    """GDPR Art. 17: what erasure leaves is left for a reason that can be told."""
    for place in holdings_of(name).places:
        assert bool(place.why) == (place.erasing is Erasing.KEEP), place
        for column, value in place.blank.items():
            assert column in place.becomes or value in (None, ERASED), place


@pytest.mark.parametrize("name", NAMES)
def test_no_secret_is_given_out(name: str) -> None:
    """Hashes of passwords and the like are in no answer."""
    secrets = {
        (each.table, each.column)
        for each in inventory(load(name).metadata)
        if each.sort is Sort.SECRET
    }
    told = {
        (place.table.fullname, column.name)
        for place in holdings_of(name).places
        for column in place.shown
    }
    assert told & secrets == set()


@pytest.mark.parametrize("name", NAMES)
def test_what_is_erased_was_never_in_the_audit(name: str) -> None:
    """Nothing is erased from the audit, so that it has masks of it from the beginning."""
    metadata = load(name).metadata
    audited = set(aggregate_tables(name, metadata).values())
    masked = {(each.table, each.column) for each in inventory(metadata) if each.masked}
    shown = {
        (place.table.fullname, column)
        for place in holdings_of(name).places
        if place.erasing is not Erasing.KEEP and place.table in audited
        for column in place.columns
        if sorts(name).get((place.table.fullname, column), Sort.NONE) is not Sort.NONE
    }
    assert shown - masked - DERIVED == set()
