"""Refusals: one tree, stable codes, and a status each."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from shared.domain import errors
from shared.domain.actor import SYSTEM, Actor
from shared.service import NAMES, load


def refusals(
    kind: type[errors.DomainError] = errors.DomainError,
) -> Iterator[type[errors.DomainError]]:
    for each in kind.__subclasses__():
        yield each
        yield from refusals(each)


def test_a_code_means_the_same_status_everywhere() -> None:
    for name in NAMES:
        load(name)
    statuses: dict[str, set[int]] = {}
    for each in refusals():
        statuses.setdefault(each.code, set()).add(each.status)
    assert {code: found for code, found in statuses.items() if len(found) > 1} == {}


def test_every_refusal_is_the_clients_or_passes() -> None:
    for each in refusals():
        assert 400 <= each.status < 500 or (each.status == 503 and each.retryable), each


def test_a_field_is_named_by_its_pointer() -> None:
    refusal = errors.Invalid.field("/lines/0/quantity", "Too much.", "too_much")
    assert refusal.errors == (errors.FieldError("/lines/0/quantity", "too_much", "Too much."),)
    assert refusal.detail == "Too much."


def test_facts_travel_with_a_refusal() -> None:
    assert errors.Conflict("No.", left="3").facts == {"left": "3"}


def test_an_actor_may_what_it_holds_and_is_refused_the_rest() -> None:
    actor = Actor(id=uuid4(), name="王伟", permissions=frozenset({"order.approve"}))
    assert actor.may("order.approve")
    actor.require("order.approve")
    assert not actor.may("order.cancel")
    with pytest.raises(errors.Forbidden, match=r"order\.cancel"):
        actor.require("order.cancel")


def test_the_system_holds_no_permission_of_people() -> None:
    assert SYSTEM.permissions == frozenset()
