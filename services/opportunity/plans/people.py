"""Who is above whom, and whose assistants there are: by the units and the staff as known here."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from services.opportunity.staff.table import staff
from services.opportunity.units.table import units
from shared.auth.roles import Role
from shared.db.driver import Connection

_person = staff.alias("person")
_works = staff.c.status != "left"


async def superiors_of(conn: Connection, person_id: UUID) -> tuple[UUID, ...]:
    """Return who manages the units somebody is in, from the innermost outwards, each once."""
    query = (
        sa.select(units.c.manager_id)
        .select_from(_person)
        .join(units, sa.func.starts_with(_person.c.unit_path, units.c.path))
        .join(staff, staff.c.id == units.c.manager_id)
        .where(_person.c.id == person_id, units.c.status == "open", _works)
        .where(units.c.manager_id != person_id)
        .order_by(sa.func.length(units.c.path).desc())
    )
    return tuple(dict.fromkeys((await conn.execute(query)).scalars()))


async def assistants_of(conn: Connection, person_id: UUID) -> tuple[UUID, ...]:
    """Return the sales assistants of the units somebody is in."""
    query = (
        sa.select(staff.c.id)
        .select_from(_person)
        .join(staff, sa.func.starts_with(_person.c.unit_path, staff.c.unit_path))
        .where(_person.c.id == person_id, _works, staff.c.id != person_id)
        .where(staff.c.roles.contains([Role.SALES_ASSISTANT.value]))
        .order_by(staff.c.id)
    )
    return tuple((await conn.execute(query)).scalars())
