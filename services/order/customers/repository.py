"""The replica of customers, read by the other slices."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from services.order.customers.errors import UnknownCustomer
from services.order.customers.model import Customer
from services.order.customers.table import customers
from shared.db.driver import Connection

_by_id = sa.select(
    customers.c.id,
    customers.c.number,
    customers.c.name,
    customers.c.status,
    customers.c.owner_id,
    customers.c.department,
    customers.c.branch,
    customers.c.region,
).where(customers.c.id == sa.bindparam("id"))
_held = _by_id.with_for_update(read=True)


def owner_of(customer_id: sa.ColumnElement[UUID]) -> sa.ColumnElement[UUID]:
    """Return whose customer a column names: whose the things are that follow their customer."""
    mine = sa.select(customers.c.owner_id).where(customers.c.id == customer_id)
    return mine.scalar_subquery()


async def find_customer(
    conn: Connection, customer_id: UUID, *, hold: bool = False
) -> Customer | None:
    """Return the customer if the replica has it, and it is not hidden; with ``hold`` it stays with
    its owner up to the commit."""
    row = (await conn.execute(_held if hold else _by_id, {"id": customer_id})).one_or_none()
    found = None if row is None else Customer(*row)
    return found if found and conn.scope.sees(found.owner_id) else None


async def known_customer(conn: Connection, customer_id: UUID, *, hold: bool = False) -> Customer:
    """Return the customer a request names; who enters something new about it ``holds`` it, so that
    what is entered is there when the customer is handed over, or comes after (S04).

    Raises:
        UnknownCustomer: there is none, it is hidden, or its event has not arrived yet, S120.
    """
    customer = await find_customer(conn, customer_id, hold=hold)
    if customer is None:
        raise UnknownCustomer.named()
    return customer
