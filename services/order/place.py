"""Where a document belongs: common to contracts, orders and all that follows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody as the owner of documents, at the place in the organisation that is noted there."""

    id: UUID
    department: str | None
    branch: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """Whose document it is, and where that person and the customer stand in the organisation."""

    owner_id: UUID
    department: str | None
    branch: str | None
    region: str | None


class Placed(Protocol):
    """A document that belongs somewhere."""

    owner_id: UUID
    department: str | None
    branch: str | None


def give(document: Placed, owner: Owner) -> dict[str, Any]:
    """Give a document to another owner; return what its event says besides. The customer's region
    stays what it is."""
    before, document.owner_id = document.owner_id, owner.id
    document.department, document.branch = owner.department, owner.branch
    return {"previous_owner_id": before}
