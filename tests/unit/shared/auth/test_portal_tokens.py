"""Tokens of people of customers mean the one role of theirs, whatever else they say (S25)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from shared.auth.trust import Person, Trust
from shared.domain.ids import new_id


async def nobody(known: UUID | str) -> Person | None:
    return None


def claims(**said: Any) -> dict[str, Any]:
    """What a token of a portal user says."""
    body = {"sub": str(new_id()), "name": "李雷", "principal": "portal", "sid": str(new_id())}
    return (
        body | {"customer_id": str(new_id()), "roles": ["administrator"], "branch": "上海"} | said
    )


async def test_a_portal_user_has_the_one_role_and_no_place() -> None:
    said = claims()
    actor = await Trust("kehu").actor(said, nobody)
    assert actor.roles == {"customer_portal"}
    assert (str(actor.customer_id), str(actor.session_id)) == (said["customer_id"], said["sid"])
    assert actor.branch is None


async def test_staff_are_no_portal_users_whatever_customer_their_token_names() -> None:
    actor = await Trust("kehu").actor(claims(principal="staff"), nobody)
    assert actor.customer_id is None
    assert actor.roles == {"administrator"}


@pytest.mark.parametrize("customer", [None, 7, "", "everybody", ["a"]])
async def test_without_a_customer_there_is_no_portal_user(customer: Any) -> None:
    """The verifier answers all of these with 401."""
    with pytest.raises((ValueError, TypeError, AttributeError)):
        await Trust("kehu").actor(claims(customer_id=customer), nobody)
