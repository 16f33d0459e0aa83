"""Deputies in PostgreSQL: by id, lists, those of two people on some days, those of a leaver."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from services.customer.deputies import events
from services.customer.deputies.model import Deputyship, DeputyStatus
from services.customer.deputies.table import deputies
from shared.db.driver import Connection
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.repository import Repository
from shared.db.unit_of_work import UnitOfWork

SORTS = {
    "starts_on": Sort(deputies.c.starts_on, date),
    "-starts_on": Sort(deputies.c.starts_on, date, descending=True),
}
_HOLDS = deputies.c.status == DeputyStatus.APPOINTED


@dataclass(frozen=True, slots=True)
class DeputyFilter:
    """What a list of deputies is narrowed by; None means any. ``on`` is a day that it covers."""

    principal_id: UUID | None = None
    deputy_id: UUID | None = None
    status: str | None = None
    on: date | None = None


class Deputies(Repository[Deputyship]):
    """Who stands in for whom."""

    kind = Deputyship
    table = deputies
    noun = "deputy"
    payload = staticmethod(events.payload)

    async def overlaps(self, conn: Connection, wanted: Deputyship) -> bool:
        """Say whether the same two stand in like this on one of these days."""
        query = sa.select(deputies.c.id).where(
            _HOLDS,
            deputies.c.principal_id == wanted.principal_id,
            deputies.c.deputy_id == wanted.deputy_id,
            deputies.c.starts_on <= wanted.ends_on,
            deputies.c.ends_on >= wanted.starts_on,
        )
        return await conn.scalar(query.limit(1)) is not None

    async def open_of(self, uow: UnitOfWork, staff_id: UUID, today: date) -> list[Deputyship]:
        """Lock and return what is not over and concerns somebody, as principal or as deputy."""
        concerned = sa.or_(deputies.c.principal_id == staff_id, deputies.c.deputy_id == staff_id)
        query = self.query().where(_HOLDS, concerned, deputies.c.ends_on >= today)
        return await self.select(uow.conn, query, lock=True)

    async def page(self, conn: Connection, wanted: DeputyFilter, request: PageRequest) -> Page:
        """Return one page of deputies."""
        equal = {
            "principal_id": wanted.principal_id,
            "deputy_id": wanted.deputy_id,
            "status": wanted.status,
        }
        found = [deputies.c[name] == value for name, value in equal.items() if value is not None]
        if wanted.on is not None:
            found += [deputies.c.starts_on <= wanted.on, deputies.c.ends_on >= wanted.on]
        query = sa.select(deputies).where(*found)
        return await fetch_page(conn, query, request, sorts=SORTS, key=deputies.c.id)
