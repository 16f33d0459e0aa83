"""Portal users in PostgreSQL: by id, by login, and as lists; theirs is who has their customer."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from services.customer.customers.repository import owner_of_customer
from services.customer.portal_users import events
from services.customer.portal_users.model import PortalUser
from services.customer.portal_users.table import portal_users
from services.customer.staff.errors import LoginTaken
from shared.db.driver import Connection
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.repository import Repository
from shared.db.unit_of_work import UnitOfWork
from shared.domain.aggregate import Change

SORTS = {
    "created": Sort(portal_users.c.id, UUID),
    "-created": Sort(portal_users.c.id, UUID, descending=True),
    "login": Sort(portal_users.c.login, str),
}
_SECRET = {"password_hash", "one_time_until"}
_SHOWN = [column for column in portal_users.c if column.name not in _SECRET]


@dataclass(frozen=True, slots=True)
class PortalUserFilter:
    """What a list of portal users is narrowed by; None means any."""

    customer_id: UUID | None = None
    status: str | None = None


class PortalUsers(Repository[PortalUser]):
    """The people of customers who may use the portal."""

    kind = PortalUser
    table = portal_users
    noun = "portal user"
    owner = owner_of_customer(portal_users.c.customer_id)
    payload = staticmethod(events.payload)

    async def add(self, uow: UnitOfWork, aggregate: PortalUser, change: Change) -> None:
        """Insert somebody.

        Raises:
            LoginTaken: somebody else signs in by this name.
        """
        try:
            await super().add(uow, aggregate, change)
        except asyncpg.UniqueViolationError as error:
            raise LoginTaken(f"Somebody else signs in as {aggregate.login}.") from error

    async def by_login(self, conn: Connection, login: str) -> PortalUser | None:
        """Return the person who signs in by this name, or None."""
        return await self.find(conn, portal_users.c.login == login)

    async def page(self, conn: Connection, wanted: PortalUserFilter, request: PageRequest) -> Page:
        """Return one page of portal users."""
        equal = {"customer_id": wanted.customer_id, "status": wanted.status}
        found = [portal_users.c[name] == value for name, value in equal.items() if value]
        seen = conn.seeing(owner_of_customer(portal_users.c.customer_id))
        query = sa.select(*_SHOWN).where(*found, *seen)
        return await fetch_page(conn, query, request, sorts=SORTS, key=portal_users.c.id)
