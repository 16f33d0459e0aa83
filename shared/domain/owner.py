"""Whose something is: common to customers, opportunities and all documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody as the owner of things, at the place in the organisation that is noted there."""

    id: UUID
    department: str | None
    branch: str | None


class Owned(Protocol):
    """Something that is somebody's."""

    owner_id: UUID
    department: str | None
    branch: str | None


def give(thing: Owned, owner: Owner) -> dict[str, Any]:
    """Give something to another owner; return what its event says besides (S04). A customer's
    region stays what it is."""
    before, thing.owner_id = thing.owner_id, owner.id
    thing.department, thing.branch = owner.department, owner.branch
    return {"previous_owner_id": before}
