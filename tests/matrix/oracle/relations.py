"""In which relations somebody stands to the owner of a thing, and which of them let a role see it
(S18, S214 to S216)."""

from __future__ import annotations

from enum import Enum

from tests.matrix.oracle.words import Sees, sees


class Relation(Enum):
    """What the owner of a thing is to the one who asks for it."""

    OWN = "oneself"
    TEAM = "a colleague of one's team"
    DEPARTMENT = "a colleague of another team of one's department"
    ELSEWHERE = "somebody of another department"
    PRINCIPAL = "somebody of another department, whom one stands in for today"
    FORMER_PRINCIPAL = "somebody of another department, whom one stands in for on other days"
    SUCCESSOR = "somebody of another department, who took the thing over from oneself"


#: Everybody sees their own, and what belongs to those they stand in for.
_ALWAYS = frozenset({Relation.OWN, Relation.PRINCIPAL})
SEEN = {
    Sees.OWN: _ALWAYS,
    Sees.TEAM: _ALWAYS | {Relation.TEAM},
    Sees.DEPARTMENT: _ALWAYS | {Relation.TEAM, Relation.DEPARTMENT},
    Sees.ALL: frozenset(Relation),
}


def visible(role: str, relation: Relation) -> bool:
    """Whether somebody in a role sees what belongs to a person in this relation."""
    return relation in SEEN[sees(role)]
