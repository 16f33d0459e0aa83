"""The replica of products, read by the other slices."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from services.order.products.errors import UnknownProduct
from services.order.products.model import Product
from services.order.products.table import products
from shared.db.driver import Connection
from shared.domain.errors import FieldError

_columns = (products.c.id, products.c.code, products.c.name, products.c.unit)


async def sold(conn: Connection, ids: Sequence[UUID]) -> dict[UUID, Product]:
    """Return those of some products that are sold."""
    query = sa.select(*_columns).where(
        products.c.id == sa.any_(sa.bindparam("ids", list(ids), type_=sa.ARRAY(sa.Uuid))),
        products.c.status == "active",
    )
    return {row.id: Product(*row) for row in await conn.execute(query)}


async def known_products(conn: Connection, ids: Sequence[UUID]) -> list[Product]:
    """Return the products that the lines of a request name, in the same order.

    Raises:
        UnknownProduct: a line names none that is sold, or whose event has not arrived yet, S120.
    """
    found = await sold(conn, ids)
    errors = tuple(
        FieldError(f"/lines/{place}/product_id", UnknownProduct.code, "No such product is sold.")
        for place, each in enumerate(ids)
        if each not in found
    )
    if errors:
        raise UnknownProduct(
            "A line names a product that is not sold here; one just entered may not have arrived"
            " yet.",
            errors=errors,
        )
    return [found[each] for each in ids]
