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


async def find_customer(conn: Connection, customer_id: UUID) -> Customer | None:
    """Return the customer if the replica has it."""
    row = (await conn.execute(_by_id, {"id": customer_id})).one_or_none()
    return None if row is None else Customer(*row)


async def known_customer(conn: Connection, customer_id: UUID) -> Customer:
    """Return the customer a request names.

    Raises:
        UnknownCustomer: there is none, or its event has not arrived yet, S120.
    """
    customer = await find_customer(conn, customer_id)
    if customer is None:
        raise UnknownCustomer.named()
    return customer
