"""Versions of the price list in PostgreSQL, and the look-up of prices."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa

from services.opportunity.prices import events
from services.opportunity.prices.content import content_hash
from services.opportunity.prices.model import Price, PriceList, Status
from services.opportunity.prices.table import price_lists, prices
from shared.db.driver import Connection
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.repository import Children, Repository
from shared.domain.errors import NotFound

SORTS = {
    "-effective_on": Sort(price_lists.c.effective_on, date, descending=True),
    "effective_on": Sort(price_lists.c.effective_on, date),
    "-created": Sort(price_lists.c.id, UUID, descending=True),
}
PRICE_SORTS = {"product": Sort(prices.c.product_id, UUID)}


@dataclass(frozen=True, slots=True)
class InForce:
    """The version of the price list that counts on a day."""

    id: UUID
    number: str
    currency: str
    effective_on: date


@dataclass(frozen=True, slots=True)
class Listed:
    """What the list says: from ``minimum_quantity`` on, this price per unit."""

    product_id: UUID
    minimum_quantity: Decimal
    unit_price: Decimal


class PriceLists(Repository[PriceList]):
    """All versions of the price list."""

    kind = PriceList
    table = price_lists
    noun = "price list"
    payload = staticmethod(events.payload)
    children = (Children("prices", Price, prices, "price_list_id"),)
    derived: ClassVar = {
        "price_count": lambda listed: len(listed.prices),
        "content_hash": content_hash,
    }

    async def summary(self, conn: Connection, price_list_id: UUID) -> Any:
        """Return a version without its prices, or raise NotFound."""
        query = sa.select(price_lists).where(price_lists.c.id == price_list_id)
        row = (await conn.execute(query)).mappings().one_or_none()
        if row is None:
            raise NotFound.of(self.noun, price_list_id)
        return row

    async def page(
        self,
        conn: Connection,
        request: PageRequest,
        *,
        status: str | None,
        currency: str | None,
    ) -> Page:
        """Return one page of versions, without their prices."""
        equal = {"status": status, "currency": currency}
        conditions = [price_lists.c[name] == value for name, value in equal.items() if value]
        query = sa.select(price_lists).where(*conditions)
        return await fetch_page(conn, query, request, sorts=SORTS, key=price_lists.c.id)

    async def prices_page(
        self, conn: Connection, price_list_id: UUID, request: PageRequest
    ) -> Page:
        """Return one page of the prices of a version."""
        query = sa.select(prices).where(prices.c.price_list_id == price_list_id)
        return await fetch_page(conn, query, request, sorts=PRICE_SORTS, key=prices.c.id)


async def in_force(conn: Connection, currency: str, on: date) -> InForce | None:
    """Return the version that counts on a day: the latest effective, of two the later approved."""
    query = (
        sa.select(*(price_lists.c[name] for name in InForce.__slots__))
        .where(
            price_lists.c.currency == currency,
            price_lists.c.status == Status.APPROVED,
            price_lists.c.effective_on <= on,
        )
        .order_by(price_lists.c.effective_on.desc(), price_lists.c.approved_at.desc())
        .limit(1)
    )
    row = (await conn.execute(query)).one_or_none()
    return None if row is None else InForce(*row)


async def listed_prices(
    conn: Connection, price_list_id: UUID, product_ids: Collection[UUID]
) -> dict[UUID, list[Listed]]:
    """Return the prices of the products in one version, the largest quantities first."""
    wanted = sa.bindparam("ids", list(product_ids), type_=sa.ARRAY(sa.Uuid))
    query = (
        sa.select(*(prices.c[name] for name in Listed.__slots__))
        .where(prices.c.price_list_id == price_list_id, prices.c.product_id == sa.any_(wanted))
        .order_by(prices.c.product_id, prices.c.minimum_quantity.desc())
    )
    found: dict[UUID, list[Listed]] = {}
    for row in await conn.execute(query):
        found.setdefault(row.product_id, []).append(Listed(*row))
    return found


def price_for(tiers: Sequence[Listed], quantity: Decimal) -> Listed | None:
    """Return the tier a quantity reaches; ``tiers`` have the largest quantities first."""
    return next((tier for tier in tiers if tier.minimum_quantity <= quantity), None)
