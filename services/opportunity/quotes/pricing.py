"""Pricing lines: the list price in force is fixed in each line, beside what is asked instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.opportunity.prices.repository import (
    InForce,
    Listed,
    in_force,
    listed_prices,
    price_for,
)
from services.opportunity.products.model import Product
from services.opportunity.products.model import Status as ProductStatus
from services.opportunity.products.service import products
from services.opportunity.quotes.errors import InvalidLines
from services.opportunity.quotes.line import QuoteLine
from services.opportunity.quotes.parts import Priced
from shared.auth.discounts import ZERO_SHARE
from shared.db.driver import Connection
from shared.domain.errors import FieldError
from shared.domain.ids import new_id
from shared.domain.money import line_amount, total

#: What a line and a document must stay below, so that sums of documents fit as well.
_TOO_MUCH = Decimal(10) ** 14


@dataclass(frozen=True, slots=True)
class LineDraft:
    """A line as it is asked for: at the list price, less a discount, or at a stated price."""

    product_id: UUID
    quantity: Decimal
    unit_price: Decimal | None = None
    currency: str | None = None
    discount: Decimal = ZERO_SHARE

    @classmethod
    def of(cls, line: QuoteLine) -> LineDraft:
        """Return what was asked for in a line, to price it anew."""
        stated = not line.standard or line.base_price != line.list_price
        price = line.base_price if stated else None
        return cls(line.product_id, line.quantity, price, discount=line.discount)


async def price_lines(
    conn: Connection, drafts: Sequence[LineDraft], *, currency: str, on: date
) -> Priced:
    """Fix each line at the list price that its product and quantity have on a day (S76, S102).

    Raises:
        InvalidLines: with the place of each mistake.
    """
    ids = {draft.product_id for draft in drafts}
    known = await products.by_id(conn, ids)
    listed, source = await _listed(conn, currency, on, ids)
    found = [
        _line(
            place,
            draft,
            known.get(draft.product_id),
            price_for(listed.get(draft.product_id, ()), draft.quantity),
            currency,
        )
        for place, draft in enumerate(drafts)
    ]
    lines = tuple(each for each in found if isinstance(each, QuoteLine))
    errors = tuple(each for each in found if isinstance(each, FieldError))
    if errors:
        raise InvalidLines("; ".join(error.message for error in errors[:5]), errors=errors)
    _must_fit(lines, currency)
    return Priced(currency, source.id if source else None, lines)


async def _listed(
    conn: Connection, currency: str, on: date, ids: Iterable[UUID]
) -> tuple[dict[UUID, list[Listed]], InForce | None]:
    source = await in_force(conn, currency, on)
    return (await listed_prices(conn, source.id, list(ids)), source) if source else ({}, None)


def _line(
    place: int, draft: LineDraft, product: Product | None, price: Listed | None, currency: str
) -> QuoteLine | FieldError:
    """Return the priced line, or what is wrong with it."""
    pointer = f"/lines/{place}"
    if product is None:
        message = "There is no such product."
        return FieldError(f"{pointer}/product_id", "unknown_product", message)
    if product.status == ProductStatus.RETIRED:
        message = f"{product.code} is not sold any more."
        return FieldError(f"{pointer}/product_id", "product_retired", message)
    if draft.currency not in (None, currency):
        message = f"This quote is in {currency}."
        return FieldError(f"{pointer}/unit_price/currency", "other_currency", message)
    listed = draft.unit_price if price is None else price.unit_price
    if listed is None:
        message = f"{product.code} has no list price for this quantity; state a price."
        return FieldError(f"{pointer}/unit_price", "no_list_price", message)
    base = listed if draft.unit_price is None else draft.unit_price
    return QuoteLine(
        id=new_id(),
        product_id=product.id,
        product_code=product.code,
        product_name=product.name,
        unit=product.unit,
        quantity=draft.quantity,
        list_price=listed,
        base_price=base,
        discount=draft.discount,
        amount=line_amount(draft.quantity, base, draft.discount, currency=currency),
        standard=price is not None,
        unit_cost=product.cost_price if product.cost_currency == currency else None,
    )


def _must_fit(lines: Sequence[QuoteLine], currency: str) -> None:
    """Refuse what is worth more than a document can hold."""
    errors = tuple(
        FieldError(f"/lines/{place}", "amount_too_large", "This line is worth too much.")
        for place, line in enumerate(lines)
        if max(line.amount, line.list_amount(currency)) >= _TOO_MUCH
    )
    if errors or total(max(line.amount, line.list_amount(currency)) for line in lines) >= _TOO_MUCH:
        raise InvalidLines("The amounts are too large.", errors=errors)
