"""Units in PostgreSQL: by id, below another, the whole tree, and the place that a unit gives.

Whoever changes the tree, or puts somebody into it, locks it first: so no two moves make a cycle,
and nobody enters a unit while it is closed or moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from services.customer.units import events
from services.customer.units.errors import UnitCodeTaken
from services.customer.units.model import Place, Unit, UnitStatus
from services.customer.units.table import units
from shared.db.connection import advisory_key
from shared.db.driver import Connection
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.repository import Repository
from shared.db.unit_of_work import UnitOfWork
from shared.domain.aggregate import Change
from shared.domain.errors import Invalid

SORTS = {"code": Sort(units.c.code, str), "name": Sort(units.c.name, str)}
_KEY = advisory_key("customer", "units")


@dataclass(frozen=True, slots=True)
class UnitFilter:
    """What a list of units is narrowed by; None means any."""

    parent_id: UUID | None = None
    kind: str | None = None
    status: str | None = None


class Units(Repository[Unit]):
    """The units of the company."""

    kind = Unit
    table = units
    noun = "unit"
    payload = staticmethod(events.payload)

    async def lock_tree(self, uow: UnitOfWork) -> None:
        """Let nobody else change the tree, or enter it, until the commit."""
        await uow.conn.execute(sa.select(sa.func.pg_advisory_xact_lock(_KEY)))

    async def hold_tree(self, uow: UnitOfWork) -> None:
        """Let nobody change the tree until the commit; others may hold it too."""
        await uow.conn.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(_KEY)))

    async def add(self, uow: UnitOfWork, aggregate: Unit, change: Change) -> None:
        """Insert a unit.

        Raises:
            UnitCodeTaken: another unit has this code.
        """
        try:
            await super().add(uow, aggregate, change)
        except asyncpg.UniqueViolationError as error:
            raise UnitCodeTaken(f"Another unit has the code {aggregate.code}.") from error

    async def count(self, conn: Connection, *where: sa.ColumnElement[bool]) -> int:
        """Return how many units satisfy ``where``."""
        return int(await conn.scalar(sa.select(sa.func.count()).select_from(units).where(*where)))

    async def below(self, uow: UnitOfWork, path: str) -> list[Unit]:
        """Lock and return everything that begins with a path: the unit and all below it."""
        query = self.query().where(units.c.path.startswith(path, autoescape=True))
        return await self.select(uow.conn, query, lock=True)

    async def managed_by(self, uow: UnitOfWork, staff_id: UUID) -> list[Unit]:
        """Lock and return the units that somebody manages."""
        query = self.query().where(units.c.manager_id == staff_id)
        return await self.select(uow.conn, query, lock=True)

    async def open_ones(self, conn: Connection) -> list[Unit]:
        """Return all open units, parents before children and in the order of their codes."""
        query = self.query().where(units.c.status == UnitStatus.OPEN)
        return await self.select(conn, query.order_by(units.c.path.collate("C")))

    async def page(self, conn: Connection, wanted: UnitFilter, request: PageRequest) -> Page:
        """Return one page of units."""
        equal = {"parent_id": wanted.parent_id, "kind": wanted.kind, "status": wanted.status}
        found = [units.c[name] == value for name, value in equal.items() if value is not None]
        query = sa.select(units).where(*found)
        return await fetch_page(conn, query, request, sorts=SORTS, key=units.c.id)

    async def place(self, conn: Connection, unit_id: UUID, pointer: str = "/unit_id") -> Place:
        """Return the place that an open unit gives; the tree must be held.

        Raises:
            Invalid: there is no open unit with this id.
        """
        unit = await self.find(conn, units.c.id == unit_id, units.c.status == UnitStatus.OPEN)
        if unit is None:
            message = "There is no open unit with this id."
            raise Invalid.field(pointer, message, "unknown_unit")
        codes = unit.path.rstrip("/").split("/")
        return Place.of(unit, await self.select(conn, self.query().where(units.c.code.in_(codes))))
