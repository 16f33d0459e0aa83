"""Idempotency keys are bound to the meaning of a body, not to its spelling."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from shared.domain.actor import Actor, Principal
from shared.http.idempotency import IdempotencyKey, MalformedIdempotencyKey

PERSON = Actor(UUID("01940000-0000-7000-8000-000000000001"), "王芳")
PRINCIPAL = Principal(UUID("01940000-0000-7000-8000-000000000002"), "李强")


def key(body: Any, name: str = "k-1") -> IdempotencyKey:
    return IdempotencyKey.of(PERSON, "POST /v1/receipts", name, body)


def test_the_order_of_fields_does_not_matter() -> None:
    assert key({"a": 1, "b": {"c": [1, 2], "d": None}}) == key(
        {"b": {"d": None, "c": [1, 2]}, "a": 1}
    )


@pytest.mark.parametrize(
    "other", [{"a": 2}, {"a": "1"}, {"a": [1]}, {"b": 1}, {}, None, {"a": 1, "b": None}]
)
def test_another_body_is_another_request(other: Any) -> None:
    assert key(other).fingerprint != key({"a": 1}).fingerprint


def test_the_order_of_items_matters() -> None:
    assert key([1, 2]).fingerprint != key([2, 1]).fingerprint


def test_in_another_name_it_is_another_request() -> None:
    """S214: the scope stays the one who asks."""
    deputy = replace(PERSON, on_behalf_of=PRINCIPAL)
    theirs = IdempotencyKey.of(deputy, "POST /v1/receipts", "k-1", {"a": 1})
    assert theirs.principal == PERSON.id
    assert theirs.fingerprint != key({"a": 1}).fingerprint


@pytest.mark.parametrize("name", ["", " ", "a b", "ключ", "x" * 256, "a\x00", "a\n"])
def test_a_key_is_visible_ascii(name: str) -> None:
    with pytest.raises(MalformedIdempotencyKey):
        key({}, name)
