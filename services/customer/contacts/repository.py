"""Contacts in PostgreSQL: always of one customer."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from services.customer.contacts import events
from services.customer.contacts.model import Contact
from services.customer.contacts.table import contacts
from services.customer.customers.repository import owner_of_customer
from shared.db.driver import Connection
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.repository import Repository
from shared.db.unit_of_work import UnitOfWork
from shared.domain.errors import NotFound
from shared.privacy.subjects import PersonErased

SORTS = {
    "created": Sort(contacts.c.id, UUID),
    "-created": Sort(contacts.c.id, UUID, descending=True),
}


class Contacts(Repository[Contact]):
    """The contact persons of the customers."""

    kind = Contact
    table = contacts
    noun = "contact"
    owner = owner_of_customer(contacts.c.customer_id)
    payload = staticmethod(events.payload)

    async def of_customer(self, conn: Connection, customer_id: UUID, contact_id: UUID) -> Contact:
        """Return a contact of one customer, or raise NotFound."""
        contact = await self.get(conn, contact_id)
        if contact.customer_id != customer_id:
            raise NotFound.of(self.noun, contact_id)
        return contact

    async def hold(self, uow: UnitOfWork, contact_id: UUID) -> None:
        """Keep a contact from being erased up to the commit.

        Raises:
            PersonErased: nothing is entered about who was.
        """
        mine = sa.select(contacts.c.erased_at).where(contacts.c.id == contact_id)
        if await uow.conn.scalar(mine.with_for_update(read=True, key_share=True)) is not None:
            raise PersonErased.named(self.noun)

    async def primary(self, uow: UnitOfWork, customer_id: UUID) -> Contact | None:
        """Lock and return the primary contact of a customer, if there is one."""
        return await self.find(
            uow.conn, contacts.c.customer_id == customer_id, contacts.c.primary, lock=True
        )

    async def page(
        self, conn: Connection, customer_id: UUID, status: str | None, request: PageRequest
    ) -> Page:
        """Return one page of a customer's contacts."""
        query = sa.select(contacts).where(contacts.c.customer_id == customer_id)
        if status is not None:
            query = query.where(contacts.c.status == status)
        return await fetch_page(conn, query, request, sorts=SORTS, key=contacts.c.id)
