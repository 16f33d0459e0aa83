"""What this service knows of a product."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Product:
    """A product as it stands on a line."""

    id: UUID
    code: str
    name: str
    unit: str
