"""People in the tree of units: where a unit puts them, and what becomes of them when it changes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.customer.staff.errors import PlaceOfUnit, TooManyPeople
from services.customer.staff.model import StaffStatus
from services.customer.staff.repository import StaffMembers, owner_of
from services.customer.staff.table import staff
from services.customer.units.errors import UnitInUse
from services.customer.units.model import Place
from services.customer.units.service import units
from shared.db.unit_of_work import UnitOfWork
from shared.events.organisation import UnitChanged, UnitClosed, UnitMoved, UnitOpened

members = StaffMembers()

#: People whose place changes with one change of a unit.
MOST_MOVED = 10_000
_FROM_UNIT = ("department", "branch")


async def placed(
    uow: UnitOfWork, fields: dict[str, Any], unit_id: UUID | None = None
) -> dict[str, Any]:
    """Return what is to be set on somebody in ``unit_id``, with the place that a new unit gives.

    Raises:
        PlaceOfUnit: department or branch beside a unit, which says both.
        Invalid: there is no open unit with this id.
    """
    unit_id = fields.get("unit_id", unit_id)
    for name in _FROM_UNIT:
        if unit_id is not None and name in fields:
            message = f"The unit says the {name}; leave it out."
            raise PlaceOfUnit.field(f"/{name}", message)
    if "unit_id" not in fields:
        return fields
    if unit_id is None:
        return fields | {"unit_path": None}
    await units.hold_tree(uow)
    place = await units.place(uow.conn, unit_id)
    return fields | _fields(place)


async def manager_works_here(uow: UnitOfWork, event: UnitOpened | UnitChanged) -> None:
    """Refuse a manager who does not work here (S218)."""
    if event.manager_id is not None:
        await owner_of(uow.conn, event.manager_id, "/manager_id")


async def follow_names(uow: UnitOfWork, event: UnitChanged) -> None:
    """Give the people in a unit and below it the names of their department and branch."""
    await _follow(uow, staff.c.unit_path.startswith(event.path, autoescape=True))


async def follow_move(uow: UnitOfWork, event: UnitMoved) -> None:
    """Give the people of a unit the place it has now; each unit below tells of itself."""
    await _follow(uow, staff.c.unit_id == event.unit_id)


async def nobody_is_there(uow: UnitOfWork, event: UnitClosed) -> None:
    """Refuse to close a unit in which somebody works (S218)."""
    query = sa.select(sa.func.count()).where(*_at_work(staff.c.unit_id == event.unit_id))
    if people := int(await uow.conn.scalar(query)):
        raise UnitInUse(f"{people} people work in {event.name}.", people=people)


async def _follow(uow: UnitOfWork, where: sa.ColumnElement[bool]) -> None:
    query = members.query().where(*_at_work(where)).limit(MOST_MOVED + 1)
    found = await members.select(uow.conn, query, lock=True)
    if len(found) > MOST_MOVED:
        raise TooManyPeople(f"More than {MOST_MOVED} people would get another place.")
    wanted = {person.unit_id for person in found if person.unit_id}
    places = {each: await units.place(uow.conn, each) for each in sorted(wanted)}
    changed = []
    for person in found:
        place = _fields(places[person.unit_id]) if person.unit_id else {}
        if any(getattr(person, name) != value for name, value in place.items()):
            changed.append((person, person.change(uow.now, **place)))
    await members.save_many(uow, changed)


def _fields(place: Place) -> dict[str, Any]:
    return {name: getattr(place, name) for name in Place.__slots__}


def _at_work(where: sa.ColumnElement[bool]) -> tuple[sa.ColumnElement[bool], ...]:
    return (staff.c.status == StaffStatus.ACTIVE, where)
