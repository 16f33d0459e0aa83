"""What is sold at which list price today; no cost, no margin, no numbers of what is in stock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.order.prices.model import Tier
from services.order.prices.repository import list_in_force, tiers_of
from services.order.prices.table import list_prices
from services.order.products.model import Product
from services.order.products.repository import sold
from services.order.products.table import products
from services.order.stock.table import stock_levels
from shared.db.driver import Connection
from shared.db.paging import Page, PageRequest, Sort, fetch_page

SORTS = {
    "code": Sort(products.c.code, str),
    "-code": Sort(products.c.code, str, descending=True),
}
#: Null where nobody says what is in stock.
_available = (
    sa.select(sa.func.bool_or(stock_levels.c.on_hand > 0))
    .where(stock_levels.c.product_code == products.c.code)
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class Offers:
    """What can be ordered today in one currency, of some products."""

    products: dict[UUID, Product]
    tiers: dict[UUID, list[Tier]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the catalogue is narrowed by, and the day and currency it is read for."""

    on: date
    currency: str
    q: str | None = None


async def offers(conn: Connection, ids: Sequence[UUID], *, on: date, currency: str) -> Offers:
    """Return what of some products is sold, at which prices."""
    price_list = await list_in_force(conn, currency, on)
    return Offers(await sold(conn, ids), await tiers_of(conn, price_list, ids))


async def page(conn: Connection, wanted: Wanted, request: PageRequest) -> tuple[Page, Any]:
    """Return one page of the products on the price list in force, and their prices."""
    price_list = await list_in_force(conn, wanted.currency, wanted.on)
    listed = sa.select(list_prices.c.product_id).where(list_prices.c.price_list_id == price_list)
    query = sa.select(
        products.c.id,
        products.c.code,
        products.c.name,
        products.c.unit,
        _available.label("available"),
    ).where(products.c.status == "active", products.c.id.in_(listed))
    if wanted.q is not None:
        query = query.where(
            sa.or_(
                products.c.name.contains(wanted.q, autoescape=True),
                products.c.code.startswith(wanted.q, autoescape=True),
            )
        )
    found = await fetch_page(conn, query, request, sorts=SORTS, key=products.c.id)
    tiers = await tiers_of(conn, price_list, [row["id"] for row in found.rows])
    return found, tiers
