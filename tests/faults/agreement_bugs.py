"""Bugs of contract amendments and expenses that the tests must catch: what is approved, how often,
by whom, and what was ordered or paid already.

As in `tests.faults.bugs`, each takes away one step that keeps a promise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from types import ModuleType
from typing import Any
from uuid import UUID

from services.order.amendments import approval as amending
from services.order.amendments import fitting
from services.order.amendments.model import Amendment
from services.order.amendments.model import Status as Decided
from services.order.contracts import revisions
from services.order.expenses import approval as spending
from services.order.expenses.model import Expense
from services.order.expenses.model import Status as Stage
from shared.approvals.definition import Case
from shared.db.unit_of_work import UnitOfWork
from shared.domain.aggregate import Change

#: More than any expense comes to.
_PLENTY = Decimal("1e12")


async def _nothing(*_: Any) -> None:
    """What a step becomes that is taken away."""


def amendment_unbound() -> None:
    """What is approved is what an amendment says by now, not what was proposed."""
    of_now = Amendment.proposal_hash
    Amendment.proposal_hash = (  # type: ignore[method-assign]
        lambda self: self.content_hash or of_now(self)
    )


def amended_again_and_again() -> None:
    """What was decided on an amendment is decided once more."""

    def become(self: Amendment, target: Decided) -> None:
        self.status = target

    Amendment._become = become  # type: ignore[method-assign]


def less_than_was_ordered() -> None:
    """A contract is lowered below what orders took of it and was delivered."""
    _replace(fitting, _must_leave_what_is_ordered=_nothing)


def fitted_when_proposed() -> None:
    """An amendment that went with the orders when it was proposed takes effect, whatever came
    between."""
    _replace(amending, must_fit_orders=_nothing)


def earlier_content_forgotten() -> None:
    """The revision before is not kept."""
    _replace(revisions, keep=_nothing)


def expense_unbound() -> None:
    """What is approved is what an expense says by now, not what was submitted."""
    of_now = Expense.hash
    Expense.hash = (  # type: ignore[method-assign]
        lambda self: self.content_hash or of_now(self)  # type: ignore[attr-defined]
    )


def paid_twice() -> None:
    """What was settled is settled once more."""
    may_become = Expense._may_become

    def may_be_settled(self: Expense, target: Stage) -> None:
        if (self.status, target) != (Stage.SETTLED, Stage.SETTLED):
            may_become(self, target)

    Expense._may_become = may_be_settled  # type: ignore[method-assign]


def more_than_approved() -> None:
    """Finance settles whatever was paid."""
    settle = Expense.settle

    def settle_all(self: Expense, amount: Decimal, *args: Any, **named: Any) -> Change:
        approved, self.amount = self.amount, _PLENTY
        try:
            return settle(self, amount, *args, **named)
        finally:
            self.amount = approved

    Expense.settle = settle_all  # type: ignore[method-assign]


def own_expense() -> None:
    """Who wrote on an expense approves it."""
    case = spending.EXPENSES.case

    async def by_nobody(uow: UnitOfWork, expense: Expense) -> Case:
        return replace(await case(uow, expense), authors=())

    def by_anybody(self: Expense, by: UUID, on_behalf_of: UUID | None) -> None:
        """Not asked."""

    object.__setattr__(spending.EXPENSES, "case", by_nobody)
    Expense._by_somebody_else = by_anybody  # type: ignore[method-assign]


def smallest_authority() -> None:
    """However much it is, those are asked who may approve a little."""
    case = spending.EXPENSES.case

    async def of_a_little(uow: UnitOfWork, expense: Expense) -> Case:
        return replace(await case(uow, expense), amount=Decimal(1))

    object.__setattr__(spending.EXPENSES, "case", of_a_little)


def _replace(module: ModuleType, **functions: Callable[..., Any]) -> None:
    for name, function in functions.items():
        setattr(module, name, function)


BUGS: tuple[Callable[[], None], ...] = (
    amendment_unbound,
    amended_again_and_again,
    less_than_was_ordered,
    fitted_when_proposed,
    earlier_content_forgotten,
    expense_unbound,
    paid_twice,
    more_than_approved,
    own_expense,
    smallest_authority,
)
