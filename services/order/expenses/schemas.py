"""Expenses over HTTP: bodies in, bodies out, and the commands they become."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.order.expenses.model import Category, Content, Expense, Status
from services.order.expenses.service import (
    CancelExpense,
    ChangeExpense,
    DraftExpense,
    SettleExpense,
)
from shared.http.fields import Day, Input, MoneyIn, MoneyOut, Name, Note, Output


class ExpenseIn(Input):
    """A new expense: what for, to whom, how much; of which customer, contract or opportunity, if of
    any. The customer is that of the contract."""

    category: Category
    payee: Annotated[Name, Field(examples=["上海展览有限公司"])]
    purpose: Note
    amount: MoneyIn
    customer_id: UUID | None = None
    contract_id: UUID | None = None
    opportunity_id: UUID | None = None

    def command(self) -> DraftExpense:
        """Return the command this body stands for."""
        content = Content(
            category=self.category,
            payee=self.payee,
            purpose=self.purpose,
            amount=self.amount.amount,
            currency=self.amount.currency,
            customer_id=self.customer_id,
            contract_id=self.contract_id,
            opportunity_id=self.opportunity_id,
        )
        return DraftExpense(content)


class ExpensePatch(Input):
    """Fields to change; null empties one, a field left out stays."""

    category: Category = Category.OTHER
    payee: Name = ""
    purpose: Note = ""
    amount: MoneyIn = Field(default_factory=lambda: MoneyIn(amount=Decimal(1), currency="CNY"))
    customer_id: UUID | None = None
    contract_id: UUID | None = None
    opportunity_id: UUID | None = None

    def command(self, expense_id: UUID, expected: int | None) -> ChangeExpense:
        """Return the command this body stands for."""
        changes: dict[str, Any] = self.model_dump(exclude_unset=True, exclude={"amount"})
        if "amount" in self.model_fields_set:
            changes |= {"amount": self.amount.amount, "currency": self.amount.currency}
        return ChangeExpense(expense_id, expected, changes)


class SettlementIn(Input):
    """What was really paid; today unless ``settled_on`` says otherwise."""

    amount: MoneyIn
    settled_on: Day | None = None

    def command(self, expense_id: UUID, expected: int | None) -> SettleExpense:
        """Return the command this body stands for."""
        paid = self.amount
        return SettleExpense(expense_id, expected, paid.amount, paid.currency, self.settled_on)


class CancellationIn(Input):
    """Why it is given up."""

    reason: Note

    def command(self, expense_id: UUID, expected: int | None) -> CancelExpense:
        """Return the command this body stands for."""
        return CancelExpense(expense_id, expected, self.reason)


class ExpenseOut(Output):
    """An expense. ``approved_by`` had the last word; its approval has every opinion. ``settled`` is
    what was really paid."""

    id: UUID
    version: int
    number: str
    category: Category
    payee: str
    purpose: str
    amount: MoneyOut
    customer_id: UUID | None
    contract_id: UUID | None
    opportunity_id: UUID | None
    status: Status
    authors: tuple[UUID, ...]
    owner_id: UUID
    department: str | None
    branch: str | None
    region: str | None
    created_at: datetime
    content_hash: str | None
    approved_by: UUID | None
    approved_for: UUID | None = Field(description="in whose name, when a deputy did")
    approved_at: datetime | None
    settled: MoneyOut | None
    settled_on: date | None
    settled_by: UUID | None
    settled_for: UUID | None = Field(description="in whose name, when a deputy did")
    reason: str | None

    @classmethod
    def of(cls, expense: Expense) -> ExpenseOut:
        """Present an expense."""
        return cls.of_row(vars(expense))

    @classmethod
    def of_row(cls, row: Any) -> ExpenseOut:
        """Present a row of a list."""
        fields = dict(row)
        for name in ("amount", "settled"):
            if fields[name] is not None:
                fields[name] = MoneyOut(amount=fields[name], currency=fields["currency"])
        return cls.model_validate(fields)
