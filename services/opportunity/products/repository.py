"""Products in PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from uuid import UUID

import sqlalchemy as sa

from services.opportunity.products import events
from services.opportunity.products.model import Product
from services.opportunity.products.table import products
from shared.db.driver import Connection
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.repository import Repository

SORTS = {
    "code": Sort(products.c.code, str),
    "-code": Sort(products.c.code, str, descending=True),
    "-created": Sort(products.c.id, UUID, descending=True),
}


@dataclass(frozen=True, slots=True)
class ProductFilter:
    """What a list of products is narrowed by; None means any."""

    code: str | None = None
    status: str | None = None
    line: str | None = None
    category: str | None = None


class Products(Repository[Product]):
    """What the company sells."""

    kind = Product
    table = products
    noun = "product"
    payload = staticmethod(events.payload)

    async def code_taken(self, conn: Connection, code: str) -> bool:
        """Say whether a product has this code."""
        query = sa.select(sa.exists().where(products.c.code == code))
        return bool((await conn.execute(query)).scalar_one())

    async def by_id(self, conn: Connection, ids: Collection[UUID]) -> dict[UUID, Product]:
        """Return the products with these ids, those that exist."""
        wanted = sa.bindparam("ids", list(ids), type_=sa.ARRAY(sa.Uuid))
        found = await self.select(conn, self.query().where(products.c.id == sa.any_(wanted)))
        return {product.id: product for product in found}

    async def page(self, conn: Connection, wanted: ProductFilter, request: PageRequest) -> Page:
        """Return one page of products."""
        equal = {name: value for name, value in asdict(wanted).items() if value is not None}
        conditions = [products.c[name] == value for name, value in equal.items()]
        query = self.query().where(*conditions)
        return await fetch_page(conn, query, request, sorts=SORTS, key=products.c.id)
