"""A draft: what somebody of a customer is about to order, by product and quantity. It has no prices
of its own: those of the list in force on the day count (S25)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.order.drafts.errors import DraftStateError
from shared.domain.aggregate import Aggregate, Change
from shared.domain.ids import new_id
from shared.domain.money import QUANTITY_STEP
from shared.events.order import (
    OrderDraftCancelled,
    OrderDraftChanged,
    OrderDraftDrafted,
    OrderDraftSubmitted,
)


class Status(StrEnum):
    """How far a draft is."""

    DRAFT = "draft"  # 草稿
    SUBMITTED = "submitted"  # 已提交
    CANCELLED = "cancelled"  # 已取消


#: From each state to those that may follow it; a draft that is changed stays one.
TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.DRAFT, Status.SUBMITTED, Status.CANCELLED}),
    Status.SUBMITTED: frozenset(),
    Status.CANCELLED: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """A product, and how many."""

    id: UUID
    product_id: UUID
    quantity: Decimal

    @classmethod
    def of(cls, product_id: UUID, quantity: Decimal) -> DraftLine:
        """Return a new line, with the decimal places that the database keeps."""
        kept = quantity.quantize(QUANTITY_STEP)
        return cls(id=new_id(), product_id=product_id, quantity=kept)


@dataclass(kw_only=True)
class OrderDraft(Aggregate):
    """Of one portal user, for the customer they work for. Submitted, it names its order."""

    customer_id: UUID
    portal_user_id: UUID
    status: Status
    currency: str
    lines: tuple[DraftLine, ...]
    note: str | None
    order_id: UUID | None
    created_at: datetime

    @classmethod
    def draft(
        cls,
        lines: Sequence[DraftLine],
        *,
        customer_id: UUID,
        portal_user_id: UUID,
        currency: str,
        note: str | None,
        at: datetime,
    ) -> tuple[OrderDraft, Change]:
        """Begin an order."""
        draft = cls(
            id=new_id(),
            customer_id=customer_id,
            portal_user_id=portal_user_id,
            status=Status.DRAFT,
            currency=currency,
            lines=tuple(lines),
            note=note,
            order_id=None,
            created_at=at,
        )
        return draft, Change(OrderDraftDrafted)

    def change(self, lines: Sequence[DraftLine] | None, **fields: Any) -> Change:
        """Replace all lines, or the note."""
        self.must_be_open()
        if lines is not None:
            self.lines = tuple(lines)
        for name in fields.keys() & {"note"}:
            setattr(self, name, fields[name])
        return Change(OrderDraftChanged)

    def submit(self, order_id: UUID) -> Change:
        """Hand it in: it has become an order."""
        self.must_be_open()
        self.status, self.order_id = Status.SUBMITTED, order_id
        return Change(OrderDraftSubmitted)

    def cancel(self) -> Change:
        """Give it up."""
        self.must_be_open()
        self.status = Status.CANCELLED
        return Change(OrderDraftCancelled)

    def must_be_open(self) -> None:
        """Refuse what was submitted or cancelled."""
        if self.status != Status.DRAFT:
            raise DraftStateError(f"The draft is {self.status}.")
