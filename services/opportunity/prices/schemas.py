"""Price lists over HTTP: bodies in, bodies out, and the commands they become."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.opportunity.presenting import facts
from services.opportunity.prices.errors import InvalidPrices
from services.opportunity.prices.model import PriceList, Status
from services.opportunity.prices.service import (
    AdjustPriceList,
    DraftPriceList,
    PriceDraft,
    Quotation,
    RewritePriceList,
)
from shared.domain.money import DEFAULT_CURRENCY, QUANTITY_STEP, round_money
from shared.http.fields import Currency, Day, Input, MoneyIn, MoneyOut, Note, Output, Quantity


class PriceIn(Input):
    """The price of a product per unit; with ``minimum_quantity`` from that quantity on."""

    product_id: UUID
    unit_price: MoneyIn
    minimum_quantity: Quantity | None = None

    def draft(self, index: int, currency: str) -> PriceDraft:
        """Return the price as entered, or refuse another currency than the list's."""
        if self.unit_price.currency != currency:
            pointer = f"/prices/{index}/unit_price/currency"
            raise InvalidPrices.field(pointer, f"This list is in {currency}.", "other_currency")
        quantity = (self.minimum_quantity or Decimal(0)).quantize(QUANTITY_STEP)
        return PriceDraft(self.product_id, round_money(self.unit_price.amount, currency), quantity)


Prices = Annotated[list[PriceIn], Field(max_length=5000)]


class PriceListIn(Input):
    """A new version. With ``based_on`` it starts with that version's prices."""

    currency: Currency = DEFAULT_CURRENCY
    effective_on: Day
    prices: Prices = Field(default_factory=list)
    based_on: UUID | None = None

    def command(self) -> DraftPriceList:
        """Return the command this body stands for."""
        drafts = [price.draft(index, self.currency) for index, price in enumerate(self.prices)]
        return DraftPriceList(self.currency, self.effective_on, drafts, self.based_on)


class PriceListRewrite(Input):
    """All prices of a draft, anew."""

    currency: Currency = DEFAULT_CURRENCY
    effective_on: Day
    prices: Prices

    def command(self, price_list_id: UUID, expected: int | None) -> RewritePriceList:
        """Return the command this body stands for."""
        drafts = [price.draft(index, self.currency) for index, price in enumerate(self.prices)]
        return RewritePriceList(price_list_id, expected, self.currency, self.effective_on, drafts)


class PriceListAdjustment(PriceListRewrite):
    """All prices of what is proposed, anew, and why."""

    comment: Note | None = None

    def adjustment(self, price_list_id: UUID, expected: int | None) -> AdjustPriceList:
        """Return the command this body stands for."""
        return AdjustPriceList(self.command(price_list_id, expected), self.comment)


class PriceListOut(Output):
    """A version of the price list; its prices are a list of their own."""

    id: UUID
    version: int
    number: str
    currency: str
    effective_on: date
    status: Status
    authors: tuple[UUID, ...]
    created_at: datetime
    approved_by: UUID | None
    approved_for: UUID | None = Field(description="in whose name, when a deputy did")
    approved_at: datetime | None
    price_count: int

    @classmethod
    def of(cls, listed: PriceList) -> PriceListOut:
        """Present a version."""
        return cls.model_validate(facts(listed) | {"price_count": len(listed.prices)})


class PriceOut(Output):
    """One price of a version."""

    product_id: UUID
    minimum_quantity: Decimal
    unit_price: MoneyOut

    @classmethod
    def of(cls, price: Any, currency: str) -> PriceOut:
        """Present a row of prices."""
        money = MoneyOut(amount=price["unit_price"], currency=currency)
        return cls.model_validate(facts(price) | {"unit_price": money})


class ListPriceOut(PriceOut):
    """The list price of a product for a quantity on a day, and which version says so."""

    quantity: Decimal
    on: date
    price_list_id: UUID
    number: str
    effective_on: date

    @classmethod
    def quoted(cls, found: Quotation, quantity: Decimal, on: date) -> ListPriceOut:
        """Present what the look-up found."""
        return cls(
            product_id=found.listed.product_id,
            minimum_quantity=found.listed.minimum_quantity,
            unit_price=MoneyOut(amount=found.listed.unit_price, currency=found.source.currency),
            quantity=quantity,
            on=on,
            price_list_id=found.source.id,
            number=found.source.number,
            effective_on=found.source.effective_on,
        )
