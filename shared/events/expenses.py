"""Events of expenses (销售费用): asked for, approved by amount, settled (S109). Who is paid, and
what for, stays in the order service."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from shared.events.payload import event
from shared.events.values import Money, Owned


class ExpenseState(Owned):
    """An expense; ``settled`` is what was really paid."""

    expense_id: UUID
    number: str
    category: str  # sales, marketing, travel, entertainment, agency, other
    status: str
    amount: Money
    settled: Money | None
    settled_on: date | None
    customer_id: UUID | None
    contract_id: UUID | None
    opportunity_id: UUID | None


@event("crm.order.expense.drafted.v1")
class ExpenseDrafted(ExpenseState):
    """Somebody asks for it."""


@event("crm.order.expense.changed.v1")
class ExpenseChanged(ExpenseState):
    """The draft was changed."""


@event("crm.order.expense.submitted.v1")
class ExpenseSubmitted(ExpenseState):
    """It waits for the approval that its amount demands."""


@event("crm.order.expense.approved.v1")
class ExpenseApproved(ExpenseState):
    """All who were asked agreed; ``approved_by`` had the last word."""

    approved_by: UUID


@event("crm.order.expense.rejected.v1")
class ExpenseRejected(ExpenseState):
    """Refused."""


@event("crm.order.expense.returned.v1")
class ExpenseReturned(ExpenseState):
    """Given back to its authors, or taken back by them."""


@event("crm.order.expense.settled.v1")
class ExpenseSettled(ExpenseState):
    """Written off with what was really paid (核销)."""


@event("crm.order.expense.cancelled.v1")
class ExpenseCancelled(ExpenseState):
    """Given up."""


@event("crm.order.expense.handed_over.v1")
class ExpenseHandedOver(ExpenseState):
    """It belongs to another owner now (S04)."""

    previous_owner_id: UUID
