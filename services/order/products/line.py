"""A product line: what is sold, how many, at which price. Contracts and orders consist of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.order.products.model import Product
from shared.domain.errors import FieldError, Invalid
from shared.domain.ids import new_id
from shared.domain.money import CENT, QUANTITY_STEP, SHARE_STEP, line_amount
from shared.events.values import Money

#: What a document's total must stay below, so that sums of documents fit as well.
TOO_MUCH = Decimal(10) ** 14


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductLine:
    """``amount`` is quantity × unit price less ``discount`` (a share of one), rounded once.

    ``list_price`` is what the document is judged by (S106, S108); None outside the list, or where
    prices of a quote or contract were judged before.
    """

    id: UUID
    product_id: UUID
    product_code: str
    product_name: str
    unit: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    amount: Decimal
    list_price: Decimal | None = None

    def worth(self, quantity: Decimal, currency: str) -> Decimal:
        """Return what ``quantity`` of this line costs."""
        return line_amount(quantity, self.unit_price, self.discount, currency=currency)

    @property
    def standard(self) -> bool:
        """Whether it stands in the price list."""
        return self.list_price is not None

    @property
    def exact_list_value(self) -> Decimal:
        """Quantity × list price, not rounded; outside the list × the stated price."""
        return self.quantity * (self.unit_price if self.list_price is None else self.list_price)

    @property
    def exact_value(self) -> Decimal:
        """What is asked for, not rounded."""
        return self.quantity * self.unit_price * (1 - self.discount)

    def facts(self, currency: str) -> dict[str, Any]:
        """Return the fields that every event about a line carries."""
        return {
            "line_id": self.id,
            "product_id": self.product_id,
            "product_code": self.product_code,
            "product_name": self.product_name,
            "unit": self.unit,
            "quantity": self.quantity,
            "unit_price": Money(amount=self.unit_price, currency=currency),
            "discount": self.discount,
            "amount": Money(amount=self.amount, currency=currency),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A line as it is asked for: a product, how many, at which price."""

    product_id: UUID
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal = Decimal(0)


def priced(
    product: Product, quantity: Decimal, unit_price: Decimal, discount: Decimal, *, currency: str
) -> dict[str, Any]:
    """Return the fields of a new line, with the decimal places that the database keeps."""
    quantity = quantity.quantize(QUANTITY_STEP)
    unit_price, discount = unit_price.quantize(CENT), discount.quantize(SHARE_STEP)
    return {
        "id": new_id(),
        "product_id": product.id,
        "product_code": product.code,
        "product_name": product.name,
        "unit": product.unit,
        "quantity": quantity,
        "unit_price": unit_price,
        "discount": discount,
        "amount": line_amount(quantity, unit_price, discount, currency=currency),
    }


def must_fit(lines: Iterable[ProductLine]) -> None:
    """Refuse lines that are worth more than a document can hold.

    Raises:
        Invalid: a line, or all together, of a hundred million million or more.
    """
    amounts = [line.amount for line in lines]
    errors = tuple(
        FieldError(f"/lines/{place}", "amount_too_large", "This line is worth too much.")
        for place, amount in enumerate(amounts)
        if amount >= TOO_MUCH
    )
    if errors or sum(amounts) >= TOO_MUCH:
        raise Invalid("The amounts are too large.", errors=errors)
