"""Use cases of the products slice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.opportunity.products.errors import ProductCodeTaken
from services.opportunity.products.model import Description, Product
from services.opportunity.products.repository import Products
from shared.db.unit_of_work import UnitOfWork
from shared.domain.aggregate import Change

products = Products()


@dataclass(frozen=True, slots=True)
class EnterProduct:
    """Enter a product under a code of its own."""

    code: str
    description: Description


@dataclass(frozen=True, slots=True)
class ChangeProduct:
    """Change the description, if the product is still at version ``expected``."""

    product_id: UUID
    expected: int | None
    changes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class MoveProduct:
    """Retire or restore a product, if it is still at version ``expected``."""

    product_id: UUID
    expected: int | None


async def enter_product(uow: UnitOfWork, command: EnterProduct) -> Product:
    """Enter a product (S119)."""
    if await products.code_taken(uow.conn, command.code):
        raise ProductCodeTaken(f"There is a product {command.code} already.")
    product, change = Product.enter(command.code, command.description, uow.now)
    await products.add(uow, product, change)
    return product


async def change_product(uow: UnitOfWork, command: ChangeProduct) -> Product:
    """Change the description (S119)."""
    return await _change(uow, command, lambda product: product.change(**command.changes))


async def retire_product(uow: UnitOfWork, command: MoveProduct) -> Product:
    """Stop selling a product (S119)."""
    return await _change(uow, command, Product.retire)


async def restore_product(uow: UnitOfWork, command: MoveProduct) -> Product:
    """Sell a retired product again (S119)."""
    return await _change(uow, command, Product.restore)


async def _change(
    uow: UnitOfWork, command: ChangeProduct | MoveProduct, step: Callable[[Product], Change]
) -> Product:
    product = await products.get_for_update(uow, command.product_id, command.expected)
    await products.save(uow, product, step(product))
    return product
