"""Expenses as something to be approved, by whom their amount demands (S109, S220).

Up to and including CNY 10,000 sales and finance jointly; above it the deputy general manager, above
100,000 the general manager. A higher authority may do what a lower one may.
"""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from services.order.approval_engine import ENGINE
from services.order.expenses.model import Expense
from services.order.expenses.repository import Expenses
from shared.approvals.definition import Case, Mode, Process, Route, Step, Voice
from shared.approvals.model import Approval, Status
from shared.approvals.service import Subject
from shared.auth.roles import Role
from shared.db.unit_of_work import UnitOfWork

expenses = Expenses()
_A_DAY = 24 * 3600
_ATTRIBUTES = ("category", "department", "branch", "region")
_JOINT, _DEPUTY = Decimal(10_000), Decimal(100_000)
_DEPUTY_MANAGER = Role.DEPUTY_GENERAL_MANAGER.value
_GENERAL_MANAGER = Role.GENERAL_MANAGER.value


def _one(*roles: str) -> tuple[Step, ...]:
    return (Step("approval", Mode.SINGLE, (Voice(roles[0], roles=roles),), 2 * _A_DAY),)


SHIPPED = Process(
    routes=(
        Route(
            (
                Step(
                    "joint",
                    Mode.ALL,
                    (
                        Voice("sales", roles=(Role.SALES_MANAGER.value,)),
                        Voice("finance", roles=(Role.FINANCE.value,)),
                    ),
                    2 * _A_DAY,
                ),
            ),
            up_to=_JOINT,
        ),
        Route(_one(_DEPUTY_MANAGER, _GENERAL_MANAGER), over=_JOINT, up_to=_DEPUTY),
        Route(_one(_GENERAL_MANAGER), over=_DEPUTY),
    ),
    ladder=(_DEPUTY_MANAGER, _GENERAL_MANAGER),
)


async def start(uow: UnitOfWork, expense: Expense) -> None:
    """Ask for the first step of the process in force."""
    await ENGINE.start(uow, EXPENSES, expense)


async def _lock(uow: UnitOfWork, expense_id: UUID) -> Expense:
    return await expenses.get_for_update(uow, expense_id)


async def _case(_: UnitOfWork, expense: Expense) -> Case:
    facts = {name: getattr(expense, name) for name in _ATTRIBUTES}
    return Case(
        document_type="expense",
        document_id=expense.id,
        label=expense.number,
        content_hash=expense.hash(),
        authors=expense.authors,
        owner_id=expense.owner_id,
        customer_id=expense.customer_id,
        amount=expense.amount,
        currency=expense.currency,
        attributes={name: str(value) for name, value in facts.items() if value is not None},
    )


async def _decided(uow: UnitOfWork, expense: Expense, run: Approval) -> None:
    if run.status == Status.RUNNING:
        return
    if run.status == Status.APPROVED:
        by, on_behalf_of = uow.actor.signature
        change = expense.approve(by=by, at=uow.now, on_behalf_of=on_behalf_of)
    elif run.status == Status.REJECTED:
        change = expense.reject(run.opinions[-1].comment or run.status)
    else:
        said = run.opinions[-1].comment if run.status == Status.RETURNED else None
        change = expense.hand_back(said or run.status)
    await expenses.save(uow, expense, change)


EXPENSES = Subject(
    kind="expense",
    shipped=SHIPPED,
    permission=lambda _: "approval.decide",  # by amount the process says whose authority it takes
    lock=_lock,
    case=_case,
    decided=_decided,
    attributes=frozenset(_ATTRIBUTES),
)
