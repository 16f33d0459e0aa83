"""Drafts over HTTP: bodies in, bodies out, and the commands they become."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.order.drafts.model import Status
from services.order.drafts.pricing import PricedDraft, PricedLine
from services.order.drafts.service import ChangeDraft, DraftOrder, Item, SubmitDraft
from services.order.products.schemas import MAX_LINES
from shared.events.vocabulary import Chain
from shared.http.fields import AmountOrNothing, Currency, Input, MoneyOut, Note, Output, Quantity


class ItemIn(Input):
    """A product of the catalogue, and how many. Its price is that of the list, never typed."""

    product_id: UUID
    quantity: Quantity

    def item(self) -> Item:
        """Return the line as commands carry it."""
        return Item(self.product_id, self.quantity)


Items = Annotated[list[ItemIn], Field(min_length=1, max_length=MAX_LINES)]


class DraftIn(Input):
    """An order to begin; ``note`` is for the sales department."""

    lines: Items
    currency: Currency = "CNY"
    note: Note | None = None

    def command(self) -> DraftOrder:
        """Return the command this body stands for."""
        return DraftOrder(tuple(each.item() for each in self.lines), self.currency, self.note)


class DraftPatch(Input):
    """Fields to change; ``lines`` replaces all lines."""

    lines: Items = Field(default_factory=list)  # left out: stay
    note: Note | None = None

    def command(self, draft_id: UUID, expected: int | None) -> ChangeDraft:
        """Return the command this body stands for."""
        changes: dict[str, Any] = self.model_dump(exclude_unset=True, exclude={"lines"})
        items = tuple(each.item() for each in self.lines) or None
        return ChangeDraft(draft_id, expected, items, changes)


class SubmitIn(Input):
    """``total`` is what the customer agreed to: with another total today it is refused."""

    total: AmountOrNothing | None = None

    def command(
        self, draft_id: UUID, expected: int | None, permitted: Collection[Chain]
    ) -> SubmitDraft:
        """Return the command this body stands for."""
        return SubmitDraft(draft_id, expected, self.total, permitted)


class DraftSummary(Output):
    """A draft in a list; submitted, it names its order."""

    id: UUID
    version: int
    status: Status
    currency: str
    note: str | None
    order_id: UUID | None
    created_at: datetime


class DraftLineOut(Output):
    """A line with what it costs today; null where it cannot be ordered any more."""

    id: UUID
    product_id: UUID
    product_code: str | None
    product_name: str | None
    unit: str | None
    quantity: Decimal
    unit_price: MoneyOut | None
    amount: MoneyOut | None

    @classmethod
    def of(cls, each: PricedLine, currency: str) -> DraftLineOut:
        """Present a line."""
        product = each.product
        return cls(
            id=each.line.id,
            product_id=each.line.product_id,
            product_code=product and product.code,
            product_name=product and product.name,
            unit=product and product.unit,
            quantity=each.line.quantity,
            unit_price=_money(each.unit_price, currency),
            amount=_money(each.amount, currency),
        )


class DraftOut(DraftSummary):
    """A draft with its lines and what they cost today; no total while a line cannot be ordered."""

    lines: list[DraftLineOut]
    total: MoneyOut | None

    @classmethod
    def of(cls, costing: PricedDraft) -> DraftOut:
        """Present a draft."""
        draft = costing.draft
        return cls(
            **DraftSummary.model_validate(draft).model_dump(),
            lines=[DraftLineOut.of(each, draft.currency) for each in costing.lines],
            total=_money(costing.total, draft.currency),
        )


def _money(amount: Decimal | None, currency: str) -> MoneyOut | None:
    return None if amount is None else MoneyOut(amount=amount, currency=currency)
