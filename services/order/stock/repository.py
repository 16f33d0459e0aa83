"""The stock view in PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from services.order.products.table import products
from services.order.stock.model import StockLevel
from services.order.stock.table import stock_levels
from shared.db.driver import Connection
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.unit_of_work import UnitOfWork
from shared.domain.errors import NotFound, StaleVersion

SORTS = {
    "product_code": Sort(stock_levels.c.product_code, str),
    "-product_code": Sort(stock_levels.c.product_code, str, descending=True),
    "-as_of": Sort(stock_levels.c.as_of, datetime, descending=True),
}
_levels = sa.select(
    stock_levels.c.id,
    stock_levels.c.version,
    stock_levels.c.product_code,
    stock_levels.c.site,
    stock_levels.c.on_hand,
    stock_levels.c.as_of,
    stock_levels.c.source,
    stock_levels.c.entered_by,
    products.c.id.label("product_id"),
    products.c.name.label("product_name"),
    products.c.unit,
).select_from(stock_levels.outerjoin(products, products.c.code == stock_levels.c.product_code))


@dataclass(frozen=True, slots=True)
class StockFilter:
    """What a list of stock levels is narrowed by; None means any."""

    product_id: UUID | None = None
    product_code: str | None = None
    site: str | None = None


async def page(conn: Connection, wanted: StockFilter, request: PageRequest) -> Page:
    """Return one page of stock levels."""
    query = _levels
    if wanted.product_id is not None:
        query = query.where(products.c.id == wanted.product_id)
    if wanted.product_code is not None:
        query = query.where(stock_levels.c.product_code == wanted.product_code)
    if wanted.site is not None:
        query = query.where(stock_levels.c.site == wanted.site)
    return await fetch_page(conn, query, request, sorts=SORTS, key=stock_levels.c.id)


async def get(conn: Connection, stock_id: UUID) -> StockLevel:
    """Return one level, or raise NotFound."""
    return await _one(conn, _levels.where(stock_levels.c.id == stock_id), stock_id)


async def get_for_update(uow: UnitOfWork, stock_id: UUID, expected: int | None) -> StockLevel:
    """Lock and return one level.

    Raises:
        NotFound: there is none.
        StaleVersion: its version is not ``expected``.
    """
    query = _levels.where(stock_levels.c.id == stock_id).with_for_update(of=stock_levels)
    level = await _one(uow.conn, query, stock_id)
    if expected is not None and level.version != expected:
        raise StaleVersion(
            f"This stock is at version {level.version}, not {expected}.", current=level.version
        )
    return level


async def add(uow: UnitOfWork, level: StockLevel) -> bool:
    """Insert a level; say False if the site has one of the product already."""
    statement = insert(stock_levels).values(
        id=level.id,
        version=level.version,
        product_code=level.product_code,
        site=level.site,
        on_hand=level.on_hand,
        as_of=level.as_of,
        entered_by=level.entered_by,
    )
    return (await uow.conn.execute(statement.on_conflict_do_nothing())).rowcount == 1


async def save(uow: UnitOfWork, level: StockLevel) -> None:
    """Write what was entered of a level that is locked."""
    statement = (
        sa.update(stock_levels)
        .where(stock_levels.c.id == level.id)
        .values(
            version=level.version,
            on_hand=level.on_hand,
            as_of=level.as_of,
            entered_by=level.entered_by,
        )
    )
    await uow.conn.execute(statement)


async def _one(conn: Connection, query: sa.Select[tuple[object, ...]], key: UUID) -> StockLevel:
    row = (await conn.execute(query)).mappings().one_or_none()
    if row is None:
        raise NotFound.of("stock level", key)
    return StockLevel(**row)
