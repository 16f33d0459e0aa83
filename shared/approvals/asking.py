"""Who else is asked since a limit has passed, and what somebody holds that a step may ask for (S46,
S221)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from shared.approvals.definition import AtLimit, person_key, role_key
from shared.domain.actor import Actor


def further_roles(
    ladder: Sequence[str], asked: Collection[str], at_limit: AtLimit, level: int
) -> Sequence[str]:
    """Return the roles next above those that are asked already, or next below, ``level`` many."""
    if not level:
        return ()
    ranks = [rank for rank, role in enumerate(ladder) if role_key(role) in asked]
    if at_limit == AtLimit.STEP_DOWN:
        top = min(ranks, default=len(ladder))
        return ladder[max(0, top - level) : top]
    first = max(ranks, default=-1) + 1
    return ladder[first : first + level]


def superiors_asked(
    chain: Sequence[UUID], wanted: int | None, at_limit: AtLimit, level: int
) -> Sequence[UUID]:
    """Return the manager ``wanted`` levels above, or the highest of the ``chain``, and as many of
    those next above or below as limits have passed."""
    if wanted is None or not chain:
        return ()
    place = min(wanted, len(chain)) - 1
    if at_limit == AtLimit.STEP_DOWN:
        return chain[max(0, place - level) : place + 1]
    return chain[place : place + 1 + level]


def keys_of(actor: Actor) -> frozenset[str]:
    """Return what an actor holds that a step may ask for."""
    return frozenset(
        (
            *(role_key(each) for each in actor.roles),
            *(f"permission:{each}" for each in actor.permissions),
            person_key(actor.stands_for),
        )
    )
