"""What is in force today: price list and discount policy, and the list prices of products."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from services.order.prices.model import Tier, Yardstick
from services.order.prices.table import discount_policies, list_prices, price_lists
from shared.auth.discounts import SHIPPED
from shared.db.driver import Connection, Prepared
from shared.db.unit_of_work import UnitOfWork
from shared.domain.clock import business_date

#: Of two lists for one day the later approved counts.
_newest_list = (
    sa.select(price_lists.c.id)
    .where(
        price_lists.c.currency == sa.bindparam("currency"),
        price_lists.c.effective_on <= sa.bindparam("today"),
    )
    .order_by(price_lists.c.effective_on.desc(), price_lists.c.approved_at.desc())
    .limit(1)
    .scalar_subquery()
)
_list_in_force = Prepared(sa.select(_newest_list))
_in_force = Prepared(
    sa.select(
        _newest_list.label("price_list_id"),
        discount_policies.c.version,
        discount_policies.c.content,
    )
    .order_by(discount_policies.c.version.desc())
    .limit(1)
)
_ship = insert(discount_policies).values(version=1, content=SHIPPED).on_conflict_do_nothing()
_tiers = Prepared(
    sa.select(list_prices.c.product_id, list_prices.c.minimum_quantity, list_prices.c.unit_price)
    .where(
        list_prices.c.price_list_id == sa.bindparam("price_list_id"),
        list_prices.c.product_id == sa.any_(sa.bindparam("ids", type_=sa.ARRAY(sa.Uuid))),
    )
    .order_by(list_prices.c.product_id, list_prices.c.minimum_quantity.desc())
)


async def yardstick(uow: UnitOfWork, currency: str) -> Yardstick:
    """Return what prices in a currency are measured by today.

    Until another policy is heard of, the shipped one counts, as it does where it is adopted.
    """
    given = {"currency": currency, "today": business_date(uow.now)}
    row = (await uow.conn.execute(_in_force, given)).one_or_none()
    if row is None:
        await uow.conn.execute(_ship)
        row = (await uow.conn.execute(_in_force, given)).one()
    return Yardstick(*row)


async def list_in_force(conn: Connection, currency: str, day: date) -> UUID | None:
    """Return the price list that counts on a day in a currency, if there is one."""
    given = {"currency": currency, "today": day}
    found: UUID | None = await conn.scalar(_list_in_force, given)
    return found


async def tiers_of(
    conn: Connection, price_list_id: UUID | None, product_ids: Collection[UUID]
) -> dict[UUID, list[Tier]]:
    """Return the prices of products in a list, the largest quantities first."""
    found: dict[UUID, list[Tier]] = {}
    if price_list_id is not None:
        given = {"price_list_id": price_list_id, "ids": list(set(product_ids))}
        for product_id, *tier in await conn.execute(_tiers, given):
            found.setdefault(product_id, []).append(Tier(*tier))
    return found
