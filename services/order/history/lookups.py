"""Customers by external id or number, and products by code: one statement for a batch."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from services.order.customers.model import Customer
from services.order.customers.table import customers
from services.order.products.model import Product
from services.order.products.table import products
from shared.db.driver import Connection, Prepared

_keys = sa.bindparam("keys", type_=sa.ARRAY(sa.Text))
_customers = Prepared(
    sa.select(
        customers.c.external_id,
        customers.c.id,
        customers.c.number,
        customers.c.name,
        customers.c.status,
        customers.c.owner_id,
        customers.c.department,
        customers.c.branch,
        customers.c.region,
    ).where(sa.or_(customers.c.external_id == sa.any_(_keys), customers.c.number == sa.any_(_keys)))
)
_products = Prepared(
    sa.select(products.c.id, products.c.code, products.c.name, products.c.unit).where(
        products.c.code == sa.any_(_keys)
    )
)


async def customers_by_key(conn: Connection, keys: Iterable[str]) -> dict[str, Customer]:
    """Return customers by external id, and by number where no external id says otherwise."""
    by_number: dict[str, Customer] = {}
    by_external: dict[str, Customer] = {}
    for external_id, *fields in await conn.execute(_customers, {"keys": sorted(set(keys))}):
        customer = Customer(*fields)
        by_number[customer.number] = customer
        if external_id is not None:
            by_external[external_id] = customer
    return by_number | by_external


async def products_by_code(conn: Connection, codes: Iterable[str]) -> dict[str, Product]:
    """Return products by code, retired ones too: they were sold once."""
    rows = await conn.execute(_products, {"keys": sorted(set(codes))})
    return {row.code: Product(row.id, row.code, row.name, row.unit) for row in rows}
