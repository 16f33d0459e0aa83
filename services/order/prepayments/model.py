"""The prepayment account: balance and holds, neither ever below zero (S164, S165)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.order.prepayments.errors import HoldTooSmall, PrepaymentShort
from shared.domain.aggregate import Aggregate, Change
from shared.domain.ids import new_id
from shared.domain.money import ZERO
from shared.events.order import (
    PrepaymentConsumed,
    PrepaymentCredited,
    PrepaymentHeld,
    PrepaymentRefunded,
    PrepaymentReleased,
    PrepaymentRestored,
)
from shared.events.payload import Payload


class Kind(StrEnum):
    """What a movement did."""

    CREDITED = "credited"  # 存入
    HELD = "held"  # 冻结
    RELEASED = "released"  # 解冻
    CONSUMED = "consumed"  # 扣款
    RESTORED = "restored"  # 反核销退回
    REFUNDED = "refunded"  # 退款


KINDS: dict[type[Payload], Kind] = {
    PrepaymentCredited: Kind.CREDITED,
    PrepaymentHeld: Kind.HELD,
    PrepaymentReleased: Kind.RELEASED,
    PrepaymentConsumed: Kind.CONSUMED,
    PrepaymentRestored: Kind.RESTORED,
    PrepaymentRefunded: Kind.REFUNDED,
}


@dataclass(kw_only=True)
class Prepayment(Aggregate):
    """One customer's money received in advance, in one currency.

    Each transition is one movement; the caller makes sure that an order takes back no more than
    was held for it.
    """

    customer_id: UUID
    currency: str
    balance: Decimal
    held: Decimal
    opened_at: datetime

    @classmethod
    def open(cls, customer_id: UUID, currency: str, at: datetime) -> Prepayment:
        """Return an empty account; its first movement saves it."""
        return cls(
            id=new_id(),
            customer_id=customer_id,
            currency=currency,
            balance=ZERO,
            held=ZERO,
            opened_at=at,
        )

    @property
    def available(self) -> Decimal:
        """What may be held or refunded."""
        return self.balance - self.held

    def credit(
        self, amount: Decimal, *, receipt_id: UUID | None = None, note: str | None = None
    ) -> Change:
        """Take in money (S164)."""
        self.balance += amount
        return _change(PrepaymentCredited, amount, receipt_id=receipt_id, note=note)

    def hold(self, amount: Decimal, order_id: UUID) -> Change:
        """Reserve money for an order (S165)."""
        self._must_cover(amount)
        self.held += amount
        return _change(PrepaymentHeld, amount, order_id=order_id)

    def release(self, amount: Decimal, order_id: UUID) -> Change:
        """Give a hold back."""
        self._unhold(amount)
        return _change(PrepaymentReleased, amount, order_id=order_id)

    def consume(
        self, amount: Decimal, *, invoice_id: UUID, allocation_id: UUID, order_id: UUID | None
    ) -> Change:
        """Pay an invoice: from what is held for the order, or without one from what is free."""
        if order_id is None:
            self._must_cover(amount)
        else:
            self._unhold(amount)
        self.balance -= amount
        return _change(
            PrepaymentConsumed,
            amount,
            order_id=order_id,
            invoice_id=invoice_id,
            allocation_id=allocation_id,
        )

    def restore(self, amount: Decimal, *, invoice_id: UUID, allocation_id: UUID) -> Change:
        """Take a payment back; the money is free again."""
        self.balance += amount
        return _change(
            PrepaymentRestored, amount, invoice_id=invoice_id, allocation_id=allocation_id
        )

    def refund(self, amount: Decimal, *, note: str | None = None) -> Change:
        """Pay free money back to the customer."""
        self._must_cover(amount)
        self.balance -= amount
        return _change(PrepaymentRefunded, amount, note=note)

    def _must_cover(self, amount: Decimal) -> None:
        if amount > self.available:
            raise PrepaymentShort(
                f"{self.available} {self.currency} are available, {amount} are needed.",
                available=self.available,
            )

    def _unhold(self, amount: Decimal) -> None:
        if amount > self.held:
            raise HoldTooSmall(f"{self.held} {self.currency} are held, not {amount}.")
        self.held -= amount


def _change(event: type[Payload], amount: Decimal, **detail: Any) -> Change:
    return Change(event, {"amount": amount, "order_id": None, **detail})
