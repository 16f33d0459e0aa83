"""Staff in PostgreSQL."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.customer.customers.model import Owner
from services.customer.staff.table import staff
from shared.domain.errors import Invalid


async def owner_of(conn: AsyncConnection, staff_id: UUID) -> Owner:
    """Return a member of staff as an owner of customers.

    Raises:
        Invalid: nobody with this id works here.
    """
    query = sa.select(staff.c.id, staff.c.department, staff.c.branch).where(
        staff.c.id == staff_id, staff.c.status != "left"
    )
    row = (await conn.execute(query)).one_or_none()
    if row is None:
        raise Invalid.field("/owner_id", "Nobody with this id works here.", "unknown_staff")
    return Owner(*row)
