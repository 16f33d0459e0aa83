"""Use cases of the roles slice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.customer.roles.model import RoleDefinition
from services.customer.roles.repository import Roles, known_before, note_known
from shared.auth.permissions import ALL, built_in
from shared.auth.roles import Role
from shared.db.unit_of_work import UnitOfWork
from shared.domain.scope import Reach

roles = Roles()


@dataclass(frozen=True, slots=True)
class DefineRole:
    """Make a role of the company's own."""

    code: str
    name: str
    name_zh: str
    permissions: tuple[str, ...] = ()
    reach: Reach = Reach.OWN


@dataclass(frozen=True, slots=True)
class ChangeRole:
    """Change names or reach, if the role is still at version ``expected``."""

    role_id: UUID
    expected: int | None
    changes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Grant:
    """Add permissions."""

    role_id: UUID
    expected: int | None
    permissions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Revoke:
    """Take permissions away."""

    role_id: UUID
    expected: int | None
    permissions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RetireRole:
    """Let nobody get the role any more."""

    role_id: UUID
    expected: int | None


async def ensure_predefined(uow: UnitOfWork) -> None:
    """Make the predefined roles that are missing, and give all of them the permissions that this
    release is the first to know; what was revoked stays revoked (S217)."""
    new = ALL.keys() - await known_before(uow)
    there = await roles.predefined(uow)
    for role in Role:
        if role not in there:
            await roles.add(uow, *RoleDefinition.predefine(role, at=uow.now))
        elif granted := built_in(role) & new:
            await roles.save(uow, there[role], there[role].learn(granted))
    if new:
        await note_known(uow, new)


async def define_role(uow: UnitOfWork, command: DefineRole) -> RoleDefinition:
    """Make a role of the company's own (S217)."""
    role, change = RoleDefinition.define(
        code=command.code,
        name=command.name,
        name_zh=command.name_zh,
        permissions=command.permissions,
        reach=command.reach,
        at=uow.now,
    )
    await roles.add(uow, role, change)
    return role


async def change_role(uow: UnitOfWork, command: ChangeRole) -> RoleDefinition:
    """Change the names of a role, or how far it reaches; that counts in every service within a
    minute (S215)."""
    role = await roles.get_for_update(uow, command.role_id, command.expected)
    await roles.save(uow, role, role.change(**command.changes))
    return role


async def grant(uow: UnitOfWork, command: Grant) -> RoleDefinition:
    """Add permissions; they count in every service within a minute (S214)."""
    role = await roles.get_for_update(uow, command.role_id, command.expected)
    await roles.save(uow, role, role.grant(command.permissions))
    return role


async def revoke(uow: UnitOfWork, command: Revoke) -> RoleDefinition:
    """Take permissions away; they count nowhere any more within a minute (S214)."""
    role = await roles.get_for_update(uow, command.role_id, command.expected)
    await roles.save(uow, role, role.revoke(command.permissions))
    return role


async def retire_role(uow: UnitOfWork, command: RetireRole) -> RoleDefinition:
    """Let nobody get the role any more; a policy refuses while somebody holds it (S214)."""
    role = await roles.get_for_update(uow, command.role_id, command.expected)
    await roles.save(uow, role, role.retire())
    return role
