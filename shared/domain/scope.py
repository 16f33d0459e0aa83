"""Whose things somebody may see: how far a role reaches (S215, S216), and which owners that is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Reach(StrEnum):
    """Whose things a role shows, the narrowest first."""

    OWN = "own"  # 本人
    TEAM = "team"  # 本组织及下级
    DEPARTMENT = "department"  # 本部门
    REGION = "region"  # 本大区
    ALL = "all"  # 全部

    @property
    def rank(self) -> int:
        """How far it goes, compared with the others."""
        return _RANKS[self]

    @classmethod
    def widest(cls, reaches: Iterable[Reach]) -> Reach:
        """Return the one that goes furthest; without any, one's own."""
        return max(reaches, key=_RANKS.__getitem__, default=cls.OWN)


_RANKS = {reach: rank for rank, reach in enumerate(Reach)}


@dataclass(frozen=True, slots=True)
class Scope:
    """The owners whose things may be seen; None: everybody's."""

    owners: frozenset[UUID] | None = None

    def sees(self, owner_id: UUID) -> bool:
        """Say whether what belongs to this owner may be seen."""
        return self.owners is None or owner_id in self.owners


#: The system's own, and that of whoever reaches all.
EVERYTHING = Scope()
