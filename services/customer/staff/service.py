"""Use cases of the staff slice."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.customer.roles.errors import RoleInUse
from services.customer.roles.repository import require_roles
from services.customer.staff.errors import LastAdministrator
from services.customer.staff.model import Staff
from services.customer.staff.password_rules import check_password
from services.customer.staff.passwords import hash_password
from services.customer.staff.placing import placed
from services.customer.staff.repository import StaffMembers, owner_of
from services.customer.units.service import units
from shared.db.unit_of_work import UnitOfWork
from shared.domain.errors import Invalid
from shared.events.organisation import RoleRetired

members = StaffMembers()


@dataclass(frozen=True, slots=True)
class HireStaff:
    """Enter somebody who starts to work here; without a password they cannot sign in yet, with
    ``one_time`` it lasts so long and for one sign-in. ``place`` holds position, and unit or
    department and branch, as far as they are said."""

    login: str
    name: str
    roles: tuple[str, ...]
    place: dict[str, Any] = field(default_factory=dict)
    password: str | None = field(default=None, repr=False)
    one_time: timedelta | None = None


@dataclass(frozen=True, slots=True)
class ChangeStaff:
    """Change name, roles, position or place, if the record is still at version ``expected``."""

    staff_id: UUID
    expected: int | None
    changes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class LeaveStaff:
    """Mark somebody as left; ``successor_id`` gets the customers."""

    staff_id: UUID
    expected: int | None
    successor_id: UUID | None = None


async def hire_staff(uow: UnitOfWork, command: HireStaff) -> Staff:
    """Enter somebody who starts to work here (S214)."""
    if command.password:
        check_password(command.password, command.login)
    await require_roles(uow.conn, command.roles)
    staff, change = Staff.hire(
        login=command.login,
        name=command.name,
        roles=command.roles,
        **await placed(uow, command.place),
        password_hash=await hash_password(command.password) if command.password else None,
        one_time_until=uow.now + command.one_time if command.one_time else None,
        at=uow.now,
    )
    await members.add(uow, staff, change)
    return staff


async def change_staff(uow: UnitOfWork, command: ChangeStaff) -> Staff:
    """Change name, roles, position or place (S214, S218)."""
    await units.hold_tree(uow)
    administrators = await members.administrators(uow)
    staff = await members.get_for_update(uow, command.staff_id, command.expected)
    await require_roles(uow.conn, command.changes.get("roles", ()))
    changes = await placed(uow, command.changes, staff.unit_id)
    change = staff.change(uow.now, **changes)
    _keep_an_administrator(staff, administrators)
    await members.save(uow, staff, change)
    return staff


async def leave_staff(uow: UnitOfWork, command: LeaveStaff) -> Staff:
    """Mark somebody as left; policies hand the customers over, and leave the units they managed
    without a manager (S04)."""
    if command.successor_id == command.staff_id:
        raise Invalid.field("/successor_id", "Name somebody else.", "same_person")
    await units.lock_tree(uow)
    administrators = await members.administrators(uow)
    staff = await members.get_for_update(uow, command.staff_id, command.expected)
    if command.successor_id is not None:
        await owner_of(uow.conn, command.successor_id, "/successor_id")
    change = staff.leave(command.successor_id, uow.now)
    _keep_an_administrator(staff, administrators)
    await members.save(uow, staff, change)
    return staff


async def nobody_holds(uow: UnitOfWork, event: RoleRetired) -> None:
    """Refuse to retire a role that somebody who works here holds (S214)."""
    if people := await members.count_of_role(uow.conn, event.code):
        raise RoleInUse(f"{people} people hold {event.name}.", people=people)


def _keep_an_administrator(changed: Staff, before: list[Staff]) -> None:
    known = {each.id for each in before}
    if changed.id in known and not changed.is_administrator and len(known) == 1:
        raise LastAdministrator("Make somebody else an administrator first.")
