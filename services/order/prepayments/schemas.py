"""Prepayment accounts over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from services.order.prepayments.model import Kind, Prepayment
from services.order.prepayments.service import CreditPrepayment, RefundPrepayment
from shared.http.fields import Input, Line, MoneyIn, MoneyOut, Output


class CreditIn(Input):
    """Money received in advance; ``note`` is the bank's reference, say."""

    customer_id: UUID
    amount: MoneyIn
    note: Line | None = None

    def command(self) -> CreditPrepayment:
        """Return the command this body stands for."""
        return CreditPrepayment(
            self.customer_id, self.amount.amount, self.amount.currency, self.note
        )


class RefundIn(Input):
    """Free money to pay back."""

    amount: MoneyIn
    note: Line | None = None

    def command(self, prepayment_id: UUID, expected: int | None) -> RefundPrepayment:
        """Return the command this body stands for."""
        return RefundPrepayment(
            prepayment_id, expected, self.amount.amount, self.amount.currency, self.note
        )


class PrepaymentOut(Output):
    """A customer's account in one currency; ``available`` is the balance less what orders hold."""

    id: UUID
    version: int
    customer_id: UUID
    balance: MoneyOut
    held: MoneyOut
    available: MoneyOut
    opened_at: datetime

    @classmethod
    def of(cls, account: Prepayment) -> PrepaymentOut:
        """Present an account."""
        return cls(
            id=account.id,
            version=account.version,
            customer_id=account.customer_id,
            balance=MoneyOut(amount=account.balance, currency=account.currency),
            held=MoneyOut(amount=account.held, currency=account.currency),
            available=MoneyOut(amount=account.available, currency=account.currency),
            opened_at=account.opened_at,
        )

    @classmethod
    def of_row(cls, row: Any) -> PrepaymentOut:
        """Present a row of a list."""
        names = ("id", "version", "customer_id", "currency", "balance", "held", "opened_at")
        return cls.of(Prepayment(**{name: row[name] for name in names}))


class MovementOut(Output):
    """One movement, with the account after it."""

    id: UUID
    version: int
    kind: Kind
    amount: MoneyOut
    balance: MoneyOut
    held: MoneyOut
    order_id: UUID | None
    invoice_id: UUID | None
    allocation_id: UUID | None
    receipt_id: UUID | None
    note: str | None
    made_by: UUID
    made_at: datetime

    @classmethod
    def of_row(cls, row: Any) -> MovementOut:
        """Present a row of the statement."""
        fields = dict(row)
        for name in ("amount", "balance", "held"):
            fields[name] = MoneyOut(amount=row[name], currency=row["currency"])
        return cls.model_validate(fields)
