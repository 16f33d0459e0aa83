"""Staff as owners of documents."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from services.opportunity.staff.errors import UnknownStaff
from services.opportunity.staff.table import staff
from shared.db.driver import Connection
from shared.db.unit_of_work import UnitOfWork
from shared.domain.owner import Owner


async def owner_of(uow: UnitOfWork, staff_id: UUID | None) -> Owner:
    """Return the member of staff as an owner; without an id the one who acts.

    Raises:
        UnknownStaff: nobody with this id works here, or the event has not arrived yet.
    """
    actor = uow.actor
    if staff_id is None or staff_id == actor.stands_for:
        return Owner(actor.stands_for, actor.department, actor.branch)
    query = sa.select(staff.c.id, staff.c.department, staff.c.branch).where(
        staff.c.id == staff_id, staff.c.status != "left"
    )
    row = (await uow.conn.execute(query)).one_or_none()
    if row is None:
        raise UnknownStaff.field(
            "/owner_id", "Nobody with this id works here, or the news has not arrived yet."
        )
    return Owner(*row)


async def find_owner(conn: Connection, staff_id: UUID) -> Owner | None:
    """Return somebody as an owner, whether or not they still work here; None if not heard of."""
    query = sa.select(staff.c.id, staff.c.department, staff.c.branch).where(staff.c.id == staff_id)
    row = (await conn.execute(query)).one_or_none()
    return None if row is None else Owner(*row)
