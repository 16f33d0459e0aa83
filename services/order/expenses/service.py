"""Use cases of the expenses slice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.order.contracts.service import contracts
from services.order.customers.repository import known_customer
from services.order.expenses import approval
from services.order.expenses.approval import expenses
from services.order.expenses.model import Content, Expense
from services.order.place import Place
from shared.db.unit_of_work import UnitOfWork
from shared.domain.clock import business_date
from shared.domain.errors import Invalid


@dataclass(frozen=True, slots=True)
class DraftExpense:
    """Draft an expense."""

    content: Content


@dataclass(frozen=True, slots=True)
class ChangeExpense:
    """Change a draft, if it is still at version ``expected``."""

    expense_id: UUID
    expected: int | None
    changes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SubmitExpense:
    """Ask for the approval."""

    expense_id: UUID
    expected: int | None


@dataclass(frozen=True, slots=True)
class SettleExpense:
    """Write off what was really paid."""

    expense_id: UUID
    expected: int | None
    amount: Decimal
    currency: str
    settled_on: date | None


@dataclass(frozen=True, slots=True)
class CancelExpense:
    """Give up on an expense."""

    expense_id: UUID
    expected: int | None
    reason: str


async def draft_expense(uow: UnitOfWork, command: DraftExpense) -> Expense:
    """Draft an expense; what it names must be known and seen (S109)."""
    content, actor = command.content, uow.actor
    region = await _settle_references(uow, content)
    expense, change = Expense.draft(
        content,
        number=await expenses.next_number(uow, actor.branch),
        authors=actor.hands,
        place=Place(actor.stands_for, actor.department, actor.branch, region),
        at=uow.now,
    )
    await expenses.add(uow, expense, change)
    return expense


async def change_expense(uow: UnitOfWork, command: ChangeExpense) -> Expense:
    """Change a draft, or take up again what was rejected or returned."""
    expense = await expenses.get_for_update(uow, command.expense_id, command.expected)
    change = expense.change(*uow.actor.hands, **command.changes)
    if {"customer_id", "contract_id"} & command.changes.keys():
        expense.region = await _settle_references(uow, expense)
    await expenses.save(uow, expense, change)
    return expense


async def submit_expense(uow: UnitOfWork, command: SubmitExpense) -> Expense:
    """Ask those whom the amount demands (S109, S220)."""
    expense = await expenses.get_for_update(uow, command.expense_id, command.expected)
    await expenses.save(uow, expense, expense.submit(*uow.actor.hands))
    await approval.start(uow, expense)
    return expense


async def settle_expense(uow: UnitOfWork, command: SettleExpense) -> Expense:
    """Write off what was really paid, up to what was approved (S109)."""
    expense = await expenses.get_for_update(uow, command.expense_id, command.expected)
    by, on_behalf_of = uow.actor.signature
    today = business_date(uow.now)
    paid_on = command.settled_on or today
    if paid_on > today:
        raise Invalid.field("/settled_on", "This day has not come yet.", "in_the_future")
    change = expense.settle(
        command.amount, command.currency, on=paid_on, by=by, on_behalf_of=on_behalf_of
    )
    await expenses.save(uow, expense, change)
    return expense


async def cancel_expense(uow: UnitOfWork, command: CancelExpense) -> Expense:
    """Give up on an expense of which nothing was paid."""
    expense = await expenses.get_for_update(uow, command.expense_id, command.expected)
    await expenses.save(uow, expense, expense.cancel(command.reason))
    return expense


async def _settle_references(uow: UnitOfWork, content: Content) -> str | None:
    """Take the customer of the contract, and return the customer's region.

    Raises:
        NotFound, UnknownCustomer: contract or customer is not there, or hidden.
        Invalid: the contract is another customer's.
    """
    if content.contract_id is not None:
        contract = await contracts.get(uow.conn, content.contract_id)
        if content.customer_id not in (None, contract.customer_id):
            message = f"{contract.number} is another customer's."
            raise Invalid.field("/contract_id", message, "another_customer")
        content.customer_id = contract.customer_id
        return contract.region
    if content.customer_id is not None:
        return (await known_customer(uow.conn, content.customer_id, hold=True)).region
    return None
