"""The expense: draft → in_approval → approved → settled (S109).

What was submitted is fixed by a hash; the approval is for exactly that content, and no more is
settled than was approved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.order.expenses.errors import AboveApproved, ExpenseStateError, OwnExpense
from services.order.place import Place
from shared.domain.actor import hands
from shared.domain.aggregate import Aggregate, Change
from shared.domain.canonical import hash_of
from shared.domain.errors import Invalid
from shared.domain.ids import new_id
from shared.domain.owner import Owner, give
from shared.events.expenses import (
    ExpenseApproved,
    ExpenseCancelled,
    ExpenseChanged,
    ExpenseDrafted,
    ExpenseHandedOver,
    ExpenseRejected,
    ExpenseReturned,
    ExpenseSettled,
    ExpenseSubmitted,
)


class Category(StrEnum):
    """What it is spent on."""

    SALES = "sales"  # 销售费用
    MARKETING = "marketing"  # 营销费用
    TRAVEL = "travel"  # 差旅费
    ENTERTAINMENT = "entertainment"  # 招待费
    AGENCY = "agency"  # 代理手续费
    OTHER = "other"  # 其他


class Status(StrEnum):
    """How far an expense is."""

    DRAFT = "draft"  # 草稿
    IN_APPROVAL = "in_approval"  # 审批中
    APPROVED = "approved"  # 已批准
    REJECTED = "rejected"  # 已驳回
    RETURNED = "returned"  # 退回修改
    SETTLED = "settled"  # 已核销
    CANCELLED = "cancelled"  # 已取消


#: From each state to those that may follow it.
TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.DRAFT, Status.IN_APPROVAL, Status.CANCELLED}),
    Status.IN_APPROVAL: frozenset({Status.APPROVED, Status.REJECTED, Status.RETURNED}),
    Status.APPROVED: frozenset({Status.SETTLED, Status.CANCELLED}),
    Status.REJECTED: frozenset({Status.DRAFT, Status.CANCELLED}),
    Status.RETURNED: frozenset({Status.DRAFT, Status.CANCELLED}),
    Status.SETTLED: frozenset(),
    Status.CANCELLED: frozenset(),
}


@dataclass(kw_only=True)
class Content:
    """What is asked for: the part of an expense that its approval is bound to."""

    category: Category
    payee: str
    purpose: str
    amount: Decimal
    currency: str
    customer_id: UUID | None = None
    contract_id: UUID | None = None
    opportunity_id: UUID | None = None

    def hash(self) -> str:
        """Return the SHA-256 of what is asked for, in a canonical form."""
        content = {name: getattr(self, name) for name in Content.__dataclass_fields__}
        return hash_of(content)


@dataclass(kw_only=True)
class Expense(Content, Aggregate):
    """An expense that somebody asks for. ``authors`` are all who wrote on it or submitted it."""

    number: str
    status: Status
    authors: Sequence[UUID]
    owner_id: UUID
    department: str | None
    branch: str | None
    region: str | None
    created_at: datetime
    content_hash: str | None = None
    approved_by: UUID | None = None
    approved_for: UUID | None = None
    approved_at: datetime | None = None
    settled: Decimal | None = None
    settled_on: date | None = None
    settled_by: UUID | None = None
    settled_for: UUID | None = None
    reason: str | None = None

    @classmethod
    def draft(
        cls, content: Content, *, number: str, authors: Sequence[UUID], place: Place, at: datetime
    ) -> tuple[Expense, Change]:
        """Draft an expense."""
        expense = cls(
            **vars(content),
            id=new_id(),
            number=number,
            status=Status.DRAFT,
            authors=tuple(authors),
            owner_id=place.owner_id,
            department=place.department,
            branch=place.branch,
            region=place.region,
            created_at=at,
        )
        return expense, Change(ExpenseDrafted)

    def change(self, *authors: UUID, **fields: Any) -> Change:
        """Change the draft; what was rejected or returned becomes a draft again."""
        self._become(Status.DRAFT)
        self._write(authors)
        for name, value in fields.items():
            setattr(self, name, value)
        self.content_hash = self.reason = None
        return Change(ExpenseChanged)

    def submit(self, *authors: UUID) -> Change:
        """Fix the content and ask for the approval."""
        if self.status != Status.DRAFT:
            raise ExpenseStateError(f"An expense that is {self.status} is not submitted.")
        self._become(Status.IN_APPROVAL)
        self._write(authors)
        self.content_hash = self.hash()
        return Change(ExpenseSubmitted)

    def approve(self, *, by: UUID, at: datetime, on_behalf_of: UUID | None = None) -> Change:
        """Approve what was submitted; ``by`` had the last word."""
        self._by_somebody_else(by, on_behalf_of)
        self._become(Status.APPROVED)
        self.approved_by, self.approved_for, self.approved_at = by, on_behalf_of, at
        return Change(ExpenseApproved, {"approved_by": by})

    def reject(self, reason: str) -> Change:
        """Refuse it; changed, it may be submitted anew."""
        self._become(Status.REJECTED)
        self.reason = reason
        return Change(ExpenseRejected)

    def hand_back(self, reason: str) -> Change:
        """Give it back to its authors, as an approver or they themselves wish."""
        self._become(Status.RETURNED)
        self.reason = reason
        return Change(ExpenseReturned)

    def settle(
        self,
        amount: Decimal,
        currency: str,
        *,
        on: date,
        by: UUID,
        on_behalf_of: UUID | None = None,
    ) -> Change:
        """Write off what was really paid (核销); not more than was approved.

        Raises:
            AboveApproved: more was paid; another expense is needed for the rest.
            OwnExpense: by somebody who wrote on it.
        """
        self._may_become(Status.SETTLED)
        self._by_somebody_else(by, on_behalf_of)
        if currency != self.currency:
            message = f"This expense is in {self.currency}."
            raise Invalid.field("/amount/currency", message, "currency_mismatch")
        if amount > self.amount:
            raise AboveApproved(f"{self.amount} {self.currency} are approved, {amount} were paid.")
        self._become(Status.SETTLED)
        self.settled, self.settled_on = amount, on
        self.settled_by, self.settled_for = by, on_behalf_of
        return Change(ExpenseSettled)

    def cancel(self, reason: str) -> Change:
        """Give up on it before anything was paid."""
        self._become(Status.CANCELLED)
        self.reason = reason
        return Change(ExpenseCancelled)

    def hand_over(self, owner: Owner) -> Change:
        """Give it to another owner (S04)."""
        return Change(ExpenseHandedOver, give(self, owner))

    def _write(self, authors: Sequence[UUID]) -> None:
        self.authors = tuple(dict.fromkeys((*self.authors, *authors)))

    def _by_somebody_else(self, by: UUID, on_behalf_of: UUID | None) -> None:
        if set(self.authors).intersection(hands(by, on_behalf_of)):
            raise OwnExpense("Who wrote on an expense neither approves nor settles it.")

    def _may_become(self, target: Status) -> None:
        if target not in TRANSITIONS[Status(self.status)]:
            raise ExpenseStateError(f"An expense that is {self.status} cannot become {target}.")

    def _become(self, target: Status) -> None:
        self._may_become(target)
        self.status = target
