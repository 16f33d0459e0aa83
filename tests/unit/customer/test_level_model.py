"""A level proposal: for whom one is possible, and what it is bound to."""

from __future__ import annotations

import pytest

from services.customer.customers.errors import CustomerStateError
from services.customer.customers.model import Customer, Level, Profile, Status
from services.customer.levels.errors import LevelUnchanged
from services.customer.levels.model import LevelProposal, content_hash
from shared.domain.actor import Actor, Principal
from shared.domain.clock import now
from shared.domain.ids import new_id
from shared.domain.owner import Owner
from shared.events.customer import (
    CustomerChanged,
    CustomerLevelChanged,
    LevelProposalSubmitted,
)

ACTOR = Actor(new_id(), "张敏", on_behalf_of=Principal(new_id(), "李强"))


def customer(status: Status = Status.FORMAL, level: Level | None = None) -> Customer:
    """A customer."""
    owner = Owner(new_id(), None, None)
    profile = Profile(name="华为", level=level)
    return Customer.create(profile, number="C1", owner=owner, at=now(), status=status)[0]


@pytest.mark.parametrize("status", Status)
def test_only_living_customers_are_judged(status: Status) -> None:
    """S12."""
    found = customer(status)
    if status in (Status.LEAD, Status.PROSPECT, Status.FORMAL):
        proposal, change = LevelProposal.submit(found, Level.A, "用量大", actor=ACTOR, at=now())
        assert proposal.authors == ACTOR.hands
        assert change.event is LevelProposalSubmitted
    else:
        with pytest.raises(CustomerStateError):
            LevelProposal.submit(found, Level.A, "用量大", actor=ACTOR, at=now())


def test_the_present_level_is_not_proposed() -> None:
    """S12."""
    with pytest.raises(LevelUnchanged):
        LevelProposal.submit(customer(level=Level.B), Level.B, "x", actor=ACTOR, at=now())


def test_a_proposal_is_bound_to_the_customer_and_both_levels() -> None:
    """S12: whichever of them differs, it is another proposal; read back it is the same."""
    one, other = new_id(), new_id()
    hashes = {
        content_hash(one, None, "A"),
        content_hash(other, None, "A"),
        content_hash(one, "B", "A"),
        content_hash(one, "B", "C"),
    }
    assert len(hashes) == 4
    assert content_hash(one, Level.B, Level.C) == content_hash(one, "B", "C")


def test_another_level_is_told_with_the_one_before() -> None:
    """S12: whatever else is changed with it."""
    found = customer(level=Level.C)
    assert found.change(level="C", region="华东").event is CustomerChanged
    changed = found.change(level="A", region="华北")
    assert changed.event is CustomerLevelChanged
    assert changed.detail == {"previous_level": "C"}
