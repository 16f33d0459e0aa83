"""Expense to event payload. Who is paid, and what for, stays at home."""

from __future__ import annotations

from services.order.expenses.model import Expense
from shared.domain.aggregate import Change
from shared.events.payload import Payload
from shared.events.values import Money


def payload(expense: Expense, change: Change) -> Payload:
    """Return the event of ``change`` with the expense's state after it."""
    settled = expense.settled
    return change.event(
        expense_id=expense.id,
        number=expense.number,
        category=expense.category,
        status=expense.status,
        amount=Money(amount=expense.amount, currency=expense.currency),
        settled=None if settled is None else Money(amount=settled, currency=expense.currency),
        settled_on=expense.settled_on,
        customer_id=expense.customer_id,
        contract_id=expense.contract_id,
        opportunity_id=expense.opportunity_id,
        owner_id=expense.owner_id,
        department=expense.department,
        branch=expense.branch,
        region=expense.region,
        **change.detail,
    )
