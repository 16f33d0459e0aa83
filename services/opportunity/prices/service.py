"""Use cases of the prices slice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.opportunity.approval_engine import ENGINE
from services.opportunity.prices.approval import PRICE_LISTS, price_lists, propose
from services.opportunity.prices.errors import InvalidPrices, NoListPrice
from services.opportunity.prices.model import Price, PriceList
from services.opportunity.prices.repository import (
    InForce,
    Listed,
    in_force,
    listed_prices,
    price_for,
)
from services.opportunity.products.service import products
from shared.db.driver import Connection
from shared.db.unit_of_work import UnitOfWork
from shared.domain.errors import FieldError
from shared.domain.ids import new_id
from shared.numbering.numbers import next_number
from shared.numbering.ranges import Range, Series

NUMBERS = Series(name="price_list", prefix="PL", digits=4, default=Range(1, 9999))


@dataclass(frozen=True, slots=True)
class PriceDraft:
    """A price as it was entered."""

    product_id: UUID
    unit_price: Decimal
    minimum_quantity: Decimal


@dataclass(frozen=True, slots=True)
class DraftPriceList:
    """Start a version; with ``based_on`` the prices of that version stand unless given anew."""

    currency: str
    effective_on: date
    prices: Sequence[PriceDraft]
    based_on: UUID | None = None


@dataclass(frozen=True, slots=True)
class RewritePriceList:
    """Replace all prices of a draft, if it is still at version ``expected``."""

    price_list_id: UUID
    expected: int | None
    currency: str
    effective_on: date
    prices: Sequence[PriceDraft]


@dataclass(frozen=True, slots=True)
class AdjustPriceList:
    """Replace all prices of what is proposed, and say why."""

    anew: RewritePriceList
    comment: str | None


@dataclass(frozen=True, slots=True)
class ProposePriceList:
    """Ask for approval, if it is still at version ``expected``."""

    price_list_id: UUID
    expected: int | None


@dataclass(frozen=True, slots=True)
class Quotation:
    """The list price of a product on a day, and the version that says so."""

    listed: Listed
    source: InForce


async def draft_price_list(uow: UnitOfWork, command: DraftPriceList) -> PriceList:
    """Start a version of the price list (S110)."""
    entered = await _checked(uow, command.prices)
    drafted, change = PriceList.draft(
        number=await next_number(uow.conn, NUMBERS, uow.actor.branch, uow.now),
        currency=command.currency,
        effective_on=command.effective_on,
        prices=[*await _kept(uow, command, entered), *entered],
        authors=uow.actor.hands,
        at=uow.now,
    )
    await price_lists.add(uow, drafted, change)
    return drafted


async def rewrite_price_list(uow: UnitOfWork, command: RewritePriceList) -> PriceList:
    """Replace the prices of a draft (S110)."""
    listed, entered = await _to_write(uow, command)
    change = listed.rewrite(entered, command.effective_on, *uow.actor.hands)
    await price_lists.save(uow, listed, change)
    return listed


async def propose_price_list(uow: UnitOfWork, command: ProposePriceList) -> PriceList:
    """Ask for approval; nobody who wrote or proposed it is asked (S110)."""
    listed = await price_lists.get_for_update(uow, command.price_list_id, command.expected)
    await propose(uow, listed)
    return listed


async def adjust_price_list(uow: UnitOfWork, command: AdjustPriceList) -> PriceList:
    """Pass on what is proposed with other prices: what the following steps approve. It is the word
    of who adjusts in the step; an author of the content has no other (S110)."""
    listed, entered = await _to_write(uow, command.anew)
    before = await PRICE_LISTS.case(uow, listed)
    change = listed.adjust(entered, command.anew.effective_on, *uow.actor.hands)
    await price_lists.save(uow, listed, change)
    await ENGINE.adjust(uow, PRICE_LISTS, listed, before, command.comment)
    return listed


async def look_up(
    conn: Connection, product_id: UUID, quantity: Decimal, currency: str, on: date
) -> Quotation:
    """Return the list price of a product by quantity and day (S102).

    Raises:
        NoListPrice: no version is in force, or it has no price for product and quantity.
    """
    source = await in_force(conn, currency, on)
    if source is not None:
        tiers = (await listed_prices(conn, source.id, [product_id])).get(product_id, [])
        if found := price_for(tiers, quantity):
            return Quotation(found, source)
    raise NoListPrice(f"No price list in {currency} on {on} has {quantity} of this product.")


async def _to_write(uow: UnitOfWork, command: RewritePriceList) -> tuple[PriceList, list[Price]]:
    listed = await price_lists.get_for_update(uow, command.price_list_id, command.expected)
    if command.currency != listed.currency:
        raise InvalidPrices.field("/currency", f"{listed.number} is in {listed.currency}.")
    return listed, await _checked(uow, command.prices)


async def _checked(uow: UnitOfWork, drafts: Sequence[PriceDraft]) -> list[Price]:
    known = await products.by_id(uow.conn, {draft.product_id for draft in drafts})
    unknown = tuple(
        FieldError(f"/prices/{index}/product_id", "unknown_product", "There is no such product.")
        for index, draft in enumerate(drafts)
        if draft.product_id not in known
    )
    if unknown:
        raise InvalidPrices("Some prices name products that do not exist.", errors=unknown)
    return [
        Price(new_id(), draft.product_id, draft.minimum_quantity, draft.unit_price)
        for draft in drafts
    ]


async def _kept(uow: UnitOfWork, command: DraftPriceList, entered: Iterable[Price]) -> list[Price]:
    """Return the prices of the version the draft is based on, as far as none is given anew."""
    if command.based_on is None:
        return []
    base = await price_lists.get(uow.conn, command.based_on)
    if base.currency != command.currency:
        message = f"{base.number} is in {base.currency}, not {command.currency}."
        raise InvalidPrices.field("/based_on", message)
    anew = {(price.product_id, price.minimum_quantity) for price in entered}
    return [
        replace(price, id=new_id())
        for price in base.prices
        if (price.product_id, price.minimum_quantity) not in anew
    ]
