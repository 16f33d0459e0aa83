"""Staff as owners of documents."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from services.order.staff.table import staff
from shared.db.driver import Connection
from shared.domain.owner import Owner


async def find_owner(conn: Connection, staff_id: UUID) -> Owner | None:
    """Return somebody as an owner, whether or not they still work here; None if not heard of."""
    query = sa.select(staff.c.id, staff.c.department, staff.c.branch).where(staff.c.id == staff_id)
    row = (await conn.execute(query)).one_or_none()
    return None if row is None else Owner(*row)
