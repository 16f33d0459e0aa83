"""Entering stock by hand, where no other system tells it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from services.order.products.repository import known_products
from services.order.stock import repository
from services.order.stock.errors import StockKnown
from services.order.stock.model import StockLevel
from shared.db.unit_of_work import UnitOfWork
from shared.domain.ids import new_id


@dataclass(frozen=True, slots=True)
class EnterStock:
    """Say for the first time how much of a product a site has."""

    product_id: UUID
    site: str
    on_hand: Decimal


@dataclass(frozen=True, slots=True)
class CountStock:
    """Say how much there is now, if the level is still at version ``expected``."""

    stock_id: UUID
    expected: int | None
    on_hand: Decimal


async def enter_stock(uow: UnitOfWork, command: EnterStock) -> StockLevel:
    """Enter the stock of a product at a site (S135, S224)."""
    (product,) = await known_products(uow.conn, [command.product_id])
    level = StockLevel(
        id=new_id(),
        version=1,
        product_code=product.code,
        site=command.site,
        on_hand=command.on_hand,
        as_of=uow.now,
        source=None,
        entered_by=uow.actor.id,
        product_id=product.id,
        product_name=product.name,
        unit=product.unit,
    )
    if not await repository.add(uow, level):
        raise StockKnown(f"The stock of {product.code} at {command.site} is known; change it.")
    return level


async def count_stock(uow: UnitOfWork, command: CountStock) -> StockLevel:
    """Correct what was entered; what another system tells stays its own (S135)."""
    level = await repository.get_for_update(uow, command.stock_id, command.expected)
    level.must_be_entered_here()
    counted = replace(
        level,
        version=level.version + 1,
        on_hand=command.on_hand,
        as_of=uow.now,
        entered_by=uow.actor.id,
    )
    await repository.save(uow, counted)
    return counted
