"""Units over HTTP: bodies in, bodies out, and the commands they become."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from services.customer.units.model import Unit, UnitKind, UnitStatus
from services.customer.units.service import ChangeUnit, MoveUnit, OpenUnit
from shared.http.fields import Input, Name, Output

#: Letters and digits, so that a path of codes needs no escaping; written in capitals.
UnitCode = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9]{1,20}$"),
    AfterValidator(str.upper),
    Field(examples=["SH"]),
]


class UnitIn(Input):
    """A new unit. A kind goes below a higher one: company, region, branch, department, team."""

    parent_id: UUID
    code: UnitCode
    name: Annotated[Name, Field(examples=["上海分公司"])]
    kind: UnitKind
    manager_id: UUID | None = None

    def command(self) -> OpenUnit:
        """Return the command this body stands for."""
        return OpenUnit(self.parent_id, self.code, self.name, self.kind, self.manager_id)


class UnitPatch(Input):
    """Fields to change; null takes the manager away, a field left out stays as it is."""

    name: Name = ""  # left out: stays
    manager_id: UUID | None = None

    def command(self, unit_id: UUID, expected: int | None) -> ChangeUnit:
        """Return the command this body stands for."""
        changes: dict[str, Any] = self.model_dump(exclude_unset=True)
        return ChangeUnit(unit_id, expected, changes)


class MoveIn(Input):
    """The unit that it goes below."""

    parent_id: UUID

    def command(self, unit_id: UUID, expected: int | None) -> MoveUnit:
        """Return the command this body stands for."""
        return MoveUnit(unit_id, expected, self.parent_id)


class UnitOut(Output):
    """A unit of the company."""

    id: UUID
    version: int
    code: str
    name: str
    kind: UnitKind
    parent_id: UUID | None
    manager_id: UUID | None
    path: Annotated[str, Field(description="codes from the company down", examples=["HQ/EAST/SH/"])]
    status: UnitStatus
    created_at: datetime

    @classmethod
    def of(cls, unit: Unit) -> UnitOut:
        """Present a unit."""
        return cls.model_validate(unit)


class UnitNode(Output):
    """A unit with what is below it."""

    id: UUID
    code: str
    name: str
    kind: UnitKind
    manager_id: UUID | None
    path: str
    below: list[UnitNode]


class TreeOut(Output):
    """The open units from the company down."""

    company: UnitNode | None

    @classmethod
    def of(cls, units: Iterable[Unit]) -> TreeOut:
        """Build the tree; ``units`` come parents first."""
        nodes: dict[UUID, UnitNode] = {}
        company = None
        for unit in units:
            node = UnitNode.model_validate({**vars(unit), "below": []})
            nodes[unit.id] = node
            if unit.parent_id is None:
                company = node
            else:
                nodes[unit.parent_id].below.append(node)
        return cls(company=company)
