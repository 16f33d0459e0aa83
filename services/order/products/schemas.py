"""Product lines over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.order.products.line import Asked, ProductLine
from shared.domain.errors import FieldError, Invalid
from shared.http.fields import Input, MoneyIn, MoneyOut, Output, Quantity, Share

MAX_LINES = 200


class LineIn(Input):
    """A line to agree on. ``discount`` is a share of one: "0.05" is 5 %."""

    product_id: UUID
    quantity: Quantity
    unit_price: MoneyIn
    discount: Share = Decimal(0)

    def asked(self) -> Asked:
        """Return the line as commands carry it."""
        return Asked(
            product_id=self.product_id,
            quantity=self.quantity,
            unit_price=self.unit_price.amount,
            discount=self.discount,
        )


Lines = Annotated[list[LineIn], Field(min_length=1, max_length=MAX_LINES)]


def one_currency(prices: Sequence[MoneyIn], currency: str | None = None) -> str:
    """Return the currency of all lines of a document.

    Raises:
        Invalid: they differ among each other, or from that of the document.
    """
    wanted = currency or prices[0].currency
    errors = tuple(
        FieldError(
            f"/lines/{place}/unit_price/currency",
            "currency_mismatch",
            f"This document is in {wanted}.",
        )
        for place, price in enumerate(prices)
        if price.currency != wanted
    )
    if errors:
        raise Invalid("A document has one currency.", errors=errors)
    return wanted


class LineOut(Output):
    """A line of a document. ``amount`` is quantity × unit price less discount, rounded once.

    ``list_price`` is what the document was judged by; null outside the list, or where a quote or
    contract was judged in its place.
    """

    id: UUID
    product_id: UUID
    product_code: str
    product_name: str
    unit: str
    quantity: Decimal
    unit_price: MoneyOut
    discount: Decimal
    amount: MoneyOut
    list_price: MoneyOut | None = None


def line_facts(line: ProductLine, currency: str) -> dict[str, Any]:
    """Return what every kind of line shows."""
    return {
        "id": line.id,
        "product_id": line.product_id,
        "product_code": line.product_code,
        "product_name": line.product_name,
        "unit": line.unit,
        "quantity": line.quantity,
        "unit_price": MoneyOut(amount=line.unit_price, currency=currency),
        "discount": line.discount,
        "amount": MoneyOut(amount=line.amount, currency=currency),
        "list_price": line.list_price and MoneyOut(amount=line.list_price, currency=currency),
    }
