"""Use cases of the units slice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.customer.units.errors import TooManyUnits, UnitInUse
from services.customer.units.model import Unit, UnitKind, UnitStatus
from services.customer.units.repository import Units
from services.customer.units.table import units as table
from shared.db.unit_of_work import UnitOfWork
from shared.domain.errors import Invalid
from shared.events.staff import StaffLeft

units = Units()

#: Open and closed ones together: what one answer holds, and one pair of eyes.
MOST = 5_000
#: Units whose path changes in one transaction; more are moved part by part.
MOST_MOVED = 500

COMPANY_CODE, COMPANY_NAME = "HQ", "总公司"


@dataclass(frozen=True, slots=True)
class OpenUnit:
    """Open a unit below another."""

    parent_id: UUID
    code: str
    name: str
    kind: UnitKind
    manager_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ChangeUnit:
    """Change name or manager, if the unit is still at version ``expected``."""

    unit_id: UUID
    expected: int | None
    changes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class MoveUnit:
    """Put a unit, with everything below it, below another."""

    unit_id: UUID
    expected: int | None
    parent_id: UUID


@dataclass(frozen=True, slots=True)
class CloseUnit:
    """Close a unit in which nobody works and nothing is below."""

    unit_id: UUID
    expected: int | None


async def ensure_company(uow: UnitOfWork) -> None:
    """Make the company, the root of the tree, if there is none (S218)."""
    if not await units.count(uow.conn, table.c.kind == UnitKind.COMPANY):
        await units.add(uow, *Unit.found(code=COMPANY_CODE, name=COMPANY_NAME, at=uow.now))


async def open_unit(uow: UnitOfWork, command: OpenUnit) -> Unit:
    """Open a unit below another (S218)."""
    await units.lock_tree(uow)
    if await units.count(uow.conn) >= MOST:
        raise TooManyUnits(f"There are {MOST} units already.")
    unit, change = Unit.open(
        await _parent(uow, command.parent_id),
        code=command.code,
        name=command.name,
        kind=command.kind,
        manager_id=command.manager_id,
        at=uow.now,
    )
    await units.add(uow, unit, change)
    return unit


async def change_unit(uow: UnitOfWork, command: ChangeUnit) -> Unit:
    """Change name or manager (S218)."""
    await units.lock_tree(uow)
    unit = await units.get_for_update(uow, command.unit_id, command.expected)
    await units.save(uow, unit, unit.change(**command.changes))
    return unit


async def move_unit(uow: UnitOfWork, command: MoveUnit) -> Unit:
    """Put a unit below another; all below it follow, each with its event (S218).

    Raises:
        TooManyUnits: more than one transaction should carry.
    """
    await units.lock_tree(uow)
    unit = await units.get_for_update(uow, command.unit_id, command.expected)
    parent = await _parent(uow, command.parent_id)
    followers = [each for each in await units.below(uow, unit.path) if each.id != unit.id]
    if len(followers) >= MOST_MOVED:
        raise TooManyUnits(f"At most {MOST_MOVED} units move at once; move parts of it.")
    before = unit.path
    moved = [(unit, unit.move(parent))]
    moved += [(each, each.follow(before, unit.path)) for each in followers]
    await units.save_many(uow, moved)
    return unit


async def close_unit(uow: UnitOfWork, command: CloseUnit) -> Unit:
    """Close a unit; a policy refuses while somebody works in it (S218).

    Raises:
        UnitInUse: there are open units below it.
    """
    await units.lock_tree(uow)
    unit = await units.get_for_update(uow, command.unit_id, command.expected)
    change = unit.close()
    is_open_below = (table.c.parent_id == unit.id) & (table.c.status == UnitStatus.OPEN)
    if below := await units.count(uow.conn, is_open_below):
        raise UnitInUse(f"There are {below} open units below {unit.name}.", units=below)
    await units.save(uow, unit, change)
    return unit


async def when_staff_left(uow: UnitOfWork, event: StaffLeft) -> None:
    """Leave the units that somebody managed without a manager (S04)."""
    managed = await units.managed_by(uow, event.staff_id)
    await units.save_many(uow, [(each, each.change(manager_id=None)) for each in managed])


async def _parent(uow: UnitOfWork, parent_id: UUID) -> Unit:
    parent = await units.find(uow.conn, table.c.id == parent_id)
    if parent is None:
        raise Invalid.field("/parent_id", "There is no unit with this id.", "unknown_unit")
    return parent
