"""Customers as the commands of this service see them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from services.opportunity.customers.errors import (
    CustomerRejected,
    UnknownContact,
    UnknownCustomer,
)
from services.opportunity.customers.table import contacts, customers
from shared.db.driver import Connection


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """What a document needs to know of its customer."""

    id: UUID
    status: str
    region: str | None


_columns = [customers.c[name] for name in KnownCustomer.__slots__]


async def known_customer(conn: Connection, customer_id: UUID) -> KnownCustomer:
    """Return a customer to deal with. It stays with its owner up to the commit: what is entered is
    there when the customer is handed over, or comes after (S04).

    Raises:
        UnknownCustomer: there is none, it is hidden, or its event has not arrived yet.
        CustomerRejected: the registration was refused.
    """
    seen = conn.seeing(customers.c.owner_id)
    query = sa.select(*_columns).where(customers.c.id == customer_id, *seen)
    row = (await conn.execute(query.with_for_update(read=True))).one_or_none()
    if row is None:
        raise UnknownCustomer.field(
            "/customer_id",
            "There is no such customer here; one just entered may not have arrived yet.",
        )
    found = KnownCustomer(*row)
    if found.status == "rejected":
        raise CustomerRejected("The registration of this customer was refused.")
    return found


async def known_customers(conn: Connection, ids: Collection[UUID]) -> set[UUID]:
    """Return which of the customers may be dealt with: those seen, and not refused."""
    wanted = sa.bindparam("ids", list(ids), type_=sa.ARRAY(sa.Uuid))
    query = sa.select(customers.c.id).where(
        customers.c.id == sa.any_(wanted),
        customers.c.status != "rejected",
        *conn.seeing(customers.c.owner_id),
    )
    return set((await conn.execute(query)).scalars())


async def require_contact(conn: Connection, customer_id: UUID, contact_id: UUID) -> None:
    """Refuse a contact who is not one of the customer's people.

    Raises:
        UnknownContact: not there, not active, of another customer, or not arrived yet.
    """
    mine = (contacts.c.id == contact_id) & (contacts.c.customer_id == customer_id)
    # Locked until the commit: what is written about somebody is there when they are erased.
    query = sa.select(contacts.c.id).where(mine, contacts.c.status == "active")
    if await conn.scalar(query.with_for_update(read=True)) is None:
        raise UnknownContact.field(
            "/contact_id",
            "The customer has no such contact here; one just entered may not have arrived yet.",
        )
