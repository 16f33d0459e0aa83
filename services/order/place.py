"""Where a document belongs: common to contracts, orders and all that follows them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Place:
    """Whose document it is, and where that person and the customer stand in the organisation."""

    owner_id: UUID
    department: str | None
    branch: str | None
    region: str | None
