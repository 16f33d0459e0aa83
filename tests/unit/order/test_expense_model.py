"""The expense: approved as submitted, settled up to what was approved, never by its authors."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from services.order.expenses.approval import SHIPPED
from services.order.expenses.errors import AboveApproved, ExpenseStateError, OwnExpense
from services.order.expenses.model import TRANSITIONS, Category, Content, Expense, Status
from shared.approvals.definition import Case, Known
from shared.auth.permissions import ALL
from shared.auth.roles import Role
from shared.domain.clock import business_date, now
from shared.domain.errors import Invalid
from shared.domain.ids import new_id
from tests.support.order_models import AUTHOR, PLACE

BOSS, CLERK, CASHIER = new_id(), new_id(), new_id()


def an_expense(**fields: Any) -> Expense:
    """A draft over 8,000.00."""
    content: dict[str, Any] = {
        "category": Category.MARKETING,
        "payee": "上海展览有限公司",
        "purpose": "展位",
        "amount": Decimal("8000.00"),
        "currency": "CNY",
    }
    asked = Content(**content | fields)
    return Expense.draft(asked, number="FY26000001", authors=(AUTHOR,), place=PLACE, at=now())[0]


def settle(expense: Expense, amount: str = "8000.00", currency: str = "CNY", **by: Any) -> Any:
    """Write off an amount today."""
    today = business_date(now())
    return expense.settle(Decimal(amount), currency, on=today, **({"by": CASHIER} | by))


STEPS: dict[str, tuple[Callable[[Expense], Any], set[Status]]] = {
    "change": (
        lambda each: each.change(CLERK, purpose="其他"),
        {Status.DRAFT, Status.REJECTED, Status.RETURNED},
    ),
    "submit": (lambda each: each.submit(AUTHOR), {Status.DRAFT}),
    "approve": (lambda each: each.approve(by=BOSS, at=now()), {Status.IN_APPROVAL}),
    "reject": (lambda each: each.reject("不"), {Status.IN_APPROVAL}),
    "hand back": (lambda each: each.hand_back("改"), {Status.IN_APPROVAL}),
    "settle": (settle, {Status.APPROVED}),
    "cancel": (
        lambda each: each.cancel("不办"),
        {Status.DRAFT, Status.APPROVED, Status.REJECTED, Status.RETURNED},
    ),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("status", Status)
def test_every_step_is_taken_only_from_the_states_it_belongs_to(status: Status, step: str) -> None:
    """S109: all pairs of state and step."""
    take, allowed = STEPS[step]
    expense = an_expense()
    expense.status = status
    if status in allowed:
        take(expense)
        assert expense.status in TRANSITIONS[status]
    else:
        with pytest.raises(ExpenseStateError):
            take(expense)
        assert expense.status == status


def test_no_more_is_settled_than_was_approved() -> None:
    """S109: to the cent, and in the same currency."""
    expense = an_expense()
    expense.status = Status.APPROVED
    with pytest.raises(AboveApproved):
        settle(expense, "8000.01")
    with pytest.raises(Invalid):
        settle(expense, "1.00", "USD")
    assert (expense.status, expense.settled) == (Status.APPROVED, None)
    settle(expense, "8000.00")
    assert expense.settled == Decimal("8000.00")


def test_who_wrote_or_submitted_it_neither_approves_nor_settles() -> None:
    """S109: in whosever name."""
    expense = an_expense()
    expense.change(CLERK, purpose="展位和运输")
    expense.submit(BOSS)
    assert expense.authors == (AUTHOR, CLERK, BOSS)
    for author in expense.authors:
        with pytest.raises(OwnExpense):
            expense.approve(by=author, at=now())
        with pytest.raises(OwnExpense):
            expense.approve(by=CASHIER, at=now(), on_behalf_of=author)
    expense.status = Status.APPROVED
    for author in expense.authors:
        with pytest.raises(OwnExpense):
            settle(expense, by=author)


def test_the_hash_is_of_all_that_is_asked_for() -> None:
    """S109."""
    expense = an_expense()
    for field, value in (
        ("category", Category.TRAVEL),
        ("payee", "其他公司"),
        ("purpose", "其他"),
        ("amount", Decimal("8000.01")),
        ("currency", "USD"),
        ("customer_id", new_id()),
        ("contract_id", new_id()),
        ("opportunity_id", new_id()),
    ):
        assert an_expense(**{field: value}).hash() != expense.hash(), field


@pytest.mark.parametrize(
    ("amount", "currency", "asked"),
    [
        ("10000.00", "CNY", ["sales", "finance"]),
        ("10000.01", "CNY", ["deputy_general_manager"]),
        ("100000.00", "CNY", ["deputy_general_manager"]),
        ("100000.01", "CNY", ["general_manager"]),
        ("0.01", "USD", ["general_manager"]),
    ],
)
def test_the_shipped_process_asks_by_amount(amount: str, currency: str, asked: list[str]) -> None:
    """S109: the limits belong to the lower band; it could be adopted as it is."""
    SHIPPED.check(Known({each.value for each in Role}, ALL.keys(), {"category"}, True, False))
    case = Case(
        document_type="expense",
        document_id=new_id(),
        label="FY26000001",
        content_hash="0" * 64,
        authors=(AUTHOR,),
        owner_id=AUTHOR,
        amount=Decimal(amount),
        currency=currency,
    )
    (step,) = SHIPPED.steps_for(case)
    assert [voice.name for voice in step.voices] == asked
