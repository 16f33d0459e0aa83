"""Roles and permissions over HTTP: bodies in, bodies out, and the commands they become."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from services.customer.roles.model import RoleDefinition, RoleStatus
from services.customer.roles.service import ChangeRole, DefineRole, Grant, Revoke
from shared.auth.permissions import DECLARED
from shared.domain.scope import Reach
from shared.http.fields import Input, Name, Output

RoleCode = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$"),
    Field(examples=["account_manager"]),
]
PermissionCode = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z_]{0,39}(\.[a-z][a-z_]{0,39}){1,3}$"),
    Field(examples=["order.read"]),
]

REACH = (
    "Whose things the role shows: one's own; those of one's unit and below; of one's department or"
    " region and below; all."
)


class RoleIn(Input):
    """A new role."""

    code: Annotated[RoleCode, Field(examples=["auditor"])]
    name: Annotated[Name, Field(examples=["Auditor"])]
    name_zh: Annotated[Name, Field(examples=["审计"])]
    permissions: list[PermissionCode] = Field(default_factory=list, max_length=500)
    reach: Annotated[Reach, Field(description=REACH)] = Reach.OWN

    def command(self) -> DefineRole:
        """Return the command this body stands for."""
        return DefineRole(self.code, self.name, self.name_zh, tuple(self.permissions), self.reach)


class RolePatch(Input):
    """What to change; what is left out stays as it is."""

    name: Name = ""  # left out: stays
    name_zh: Name = ""  # left out: stays
    reach: Annotated[Reach, Field(description=REACH)] = Reach.OWN  # left out: stays

    def command(self, role_id: UUID, expected: int | None) -> ChangeRole:
        """Return the command this body stands for."""
        changes: dict[str, Any] = self.model_dump(exclude_unset=True)
        return ChangeRole(role_id, expected, changes)


class PermissionsIn(Input):
    """Permissions to grant or to revoke."""

    permissions: Annotated[list[PermissionCode], Field(min_length=1, max_length=500)]

    def grant(self, role_id: UUID, expected: int | None) -> Grant:
        """Return the command that grants them."""
        return Grant(role_id, expected, tuple(self.permissions))

    def revoke(self, role_id: UUID, expected: int | None) -> Revoke:
        """Return the command that revokes them."""
        return Revoke(role_id, expected, tuple(self.permissions))


class RoleOut(Output):
    """A role and what it permits, in all services."""

    id: UUID
    version: int
    code: str
    name: str
    name_zh: str
    permissions: list[str]
    reach: Annotated[Reach, Field(description=REACH)]
    predefined: bool
    status: RoleStatus
    created_at: datetime

    @classmethod
    def of(cls, role: RoleDefinition) -> RoleOut:
        """Present a role."""
        return cls.model_validate(role)


class PermissionOut(Output):
    """Something a role can permit, and which service asks for it."""

    code: str
    service: Annotated[str, Field(description="operations: every service asks for it")]
    description: str
    description_zh: str


class PermissionsOut(Output):
    """All permissions there are."""

    permissions: list[PermissionOut]

    @classmethod
    def declared(cls, service: str | None) -> PermissionsOut:
        """Present the permissions of one service or of all."""
        found = [
            PermissionOut(
                code=each.code,
                service=name,
                description=each.description,
                description_zh=each.description_zh,
            )
            for name, declared in DECLARED.items()
            if service in (None, name)
            for each in declared
        ]
        return cls(permissions=found)
