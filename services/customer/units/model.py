"""A unit of the company: its kind, its place in the tree, who manages it (S218)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.customer.units.errors import MisplacedUnit, TheCompany, UnitStateError
from shared.domain.aggregate import Aggregate, Change
from shared.domain.ids import new_id
from shared.events.organisation import UnitChanged, UnitClosed, UnitMoved, UnitOpened


class UnitKind(StrEnum):
    """What a unit is, the highest first."""

    COMPANY = "company"  # 公司
    REGION = "region"  # 大区
    BRANCH = "branch"  # 分公司
    DEPARTMENT = "department"  # 部门
    TEAM = "team"  # 小组


class UnitStatus(StrEnum):
    """Whether there is such a unit."""

    OPEN = "open"
    CLOSED = "closed"


_RANKS = {kind: rank for rank, kind in enumerate(UnitKind)}


@dataclass(kw_only=True)
class Unit(Aggregate):
    """A unit of the company. ``path`` holds the codes from the company down to the unit, each
    followed by a slash: everything below a unit begins with its path."""

    code: str
    name: str
    kind: str
    parent_id: UUID | None
    manager_id: UUID | None
    path: str
    status: str
    created_at: datetime

    @classmethod
    def found(cls, *, code: str, name: str, at: datetime) -> tuple[Unit, Change]:
        """Make the company, the root of the tree (S218)."""
        return cls._new(code, name, UnitKind.COMPANY, None, None, at)

    @classmethod
    def open(
        cls,
        parent: Unit,
        *,
        code: str,
        name: str,
        kind: UnitKind,
        manager_id: UUID | None,
        at: datetime,
    ) -> tuple[Unit, Change]:
        """Open a unit below another (S218).

        Raises:
            MisplacedUnit: the other is closed, or not of a higher kind.
        """
        _require_place(kind, parent)
        return cls._new(code, name, kind, parent, manager_id, at)

    @classmethod
    def _new(
        cls,
        code: str,
        name: str,
        kind: UnitKind,
        parent: Unit | None,
        manager_id: UUID | None,
        at: datetime,
    ) -> tuple[Unit, Change]:
        unit = cls(
            id=new_id(),
            code=code,
            name=name,
            kind=kind,
            parent_id=parent.id if parent else None,
            manager_id=manager_id,
            path=f"{parent.path if parent else ''}{code}/",
            status=UnitStatus.OPEN,
            created_at=at,
        )
        return unit, Change(UnitOpened)

    def change(self, **fields: Any) -> Change:
        """Replace name or manager."""
        self._require_open()
        for name in fields.keys() & {"name", "manager_id"}:
            setattr(self, name, fields[name])
        return Change(UnitChanged)

    def move(self, parent: Unit) -> Change:
        """Put the unit below another; those below it follow.

        Raises:
            TheCompany: it has no place to move from.
            MisplacedUnit: the other is closed, below this one, or not of a higher kind.
        """
        self._require_movable()
        if parent.path.startswith(self.path):
            raise MisplacedUnit.field("/parent_id", "A unit does not go below itself.", "cycle")
        _require_place(UnitKind(self.kind), parent)
        self.parent_id, self.path = parent.id, f"{parent.path}{self.code}/"
        return Change(UnitMoved)

    def follow(self, before: str, after: str) -> Change:
        """Take the new path of a unit above, which was ``before``."""
        self.path = after + self.path.removeprefix(before)
        return Change(UnitMoved)

    def close(self) -> Change:
        """Close the unit; its code is not given again."""
        self._require_movable()
        self.status, self.manager_id = UnitStatus.CLOSED, None
        return Change(UnitClosed)

    def _require_movable(self) -> None:
        self._require_open()
        if self.kind == UnitKind.COMPANY:
            raise TheCompany("The company is the root of the tree.")

    def _require_open(self) -> None:
        if self.status != UnitStatus.OPEN:
            raise UnitStateError(f"{self.name} is closed.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody in a unit stands: the nearest department and branch, this unit or above."""

    unit_id: UUID
    unit_path: str
    department: str | None
    branch: str | None

    @classmethod
    def of(cls, unit: Unit, lineage: Iterable[Unit]) -> Place:
        """Return the place that a unit gives; ``lineage`` are the units of its path."""
        nearest = sorted(lineage, key=lambda each: len(each.path), reverse=True)

        def name_of(kind: UnitKind) -> str | None:
            return next((each.name for each in nearest if each.kind == kind), None)

        return cls(unit.id, unit.path, name_of(UnitKind.DEPARTMENT), name_of(UnitKind.BRANCH))


def _require_place(kind: UnitKind, parent: Unit) -> None:
    if parent.status != UnitStatus.OPEN:
        raise MisplacedUnit.field("/parent_id", f"{parent.name} is closed.", "closed_unit")
    if _RANKS[kind] <= _RANKS[UnitKind(parent.kind)]:
        raise MisplacedUnit.field("/parent_id", f"A {kind} does not go below a {parent.kind}.")
