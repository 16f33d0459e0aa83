"""Refusals of the expenses slice."""

from __future__ import annotations

from shared.domain.errors import Conflict, Forbidden


class ExpenseStateError(Conflict):
    """The expense's state does not allow the step."""

    code = "expense_state"
    title = "The expense's state does not allow this"


class OwnExpense(Forbidden):
    """Who wrote on an expense neither approves nor settles it."""

    code = "own_expense"
    title = "Somebody else must do this"


class AboveApproved(Conflict):
    """More would be paid than was approved; that needs another expense (S109)."""

    code = "above_approved"
    title = "More than was approved"
