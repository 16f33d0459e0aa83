"""Who owns documents."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Owner:
    """The person a document belongs to, with the place in the organisation."""

    id: UUID
    department: str | None
    branch: str | None
