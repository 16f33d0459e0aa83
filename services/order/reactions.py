"""What this service does about foreign events, beyond keeping replicas: open documents follow their
customer, and who takes over from somebody who left (S04). What is done stays with who did it."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.order.approval_engine import ENGINE
from services.order.contracts.service import contracts
from services.order.contracts.status import Status as Contract
from services.order.customers.projection import project_customers
from services.order.deliveries.drafting import deliveries
from services.order.deliveries.model import Status as Delivery
from services.order.expenses.approval import expenses
from services.order.expenses.model import Status as Expense
from services.order.invoices.drafting import invoices
from services.order.invoices.model import Status as Invoice
from services.order.orders.placing import orders
from services.order.orders.status import OPEN, REVIEWABLE
from services.order.orders.status import Status as Order
from services.order.receipts.model import Status as Receipt
from services.order.receipts.service import receipts
from services.order.staff.repository import find_owner
from shared.db.repository import Repository
from shared.db.unit_of_work import UnitOfWork
from shared.domain.owner import Owner
from shared.events.customer import CustomerOwnerChanged
from shared.events.staff import StaffLeft
from shared.inbox.arrival import Received


@dataclass(frozen=True)
class Work:
    """Documents of one kind that somebody still has to do with."""

    documents: Repository[Any]
    open: Iterable[str]

    def of(self, owner_id: UUID, customer_id: UUID | None) -> list[sa.ColumnElement[bool]]:
        """Return what picks those of an owner, of all customers or one."""
        columns = self.documents.table.c
        wanted = [columns.owner_id == owner_id, columns.status.in_(sorted(self.open))]
        return wanted if customer_id is None else [*wanted, columns.customer_id == customer_id]


#: In the order in which they are locked everywhere.
OPEN_WORK = (
    Work(receipts, {Receipt.RECORDED, Receipt.PARTLY_ALLOCATED}),
    Work(invoices, set(Invoice) - {Invoice.SETTLED, Invoice.VOIDED}),
    Work(deliveries, {Delivery.DRAFT, Delivery.CHECKED}),
    Work(orders, {*OPEN, *REVIEWABLE, Order.REJECTED}),
    Work(contracts, set(Contract) - {Contract.COMPLETED, Contract.TERMINATED}),
    Work(expenses, set(Expense) - {Expense.SETTLED, Expense.CANCELLED}),
)


async def hand_over_open_work(uow: UnitOfWork, received: Received[CustomerOwnerChanged]) -> None:
    """What is open with a customer follows it to the new owner (S04). The customer goes first:
    whoever holds it has committed then, and who comes later finds it with the new owner."""
    await project_customers(uow, [received])
    customer = received.data
    owner = Owner(customer.owner_id, customer.department, customer.branch)
    await _hand_over(uow, customer.previous_owner_id, owner, customer.customer_id)


async def hand_over_to_successor(uow: UnitOfWork, received: Received[StaffLeft]) -> None:
    """What somebody who left still had to do with goes to the successor, with customers of others
    too (S04). Without a successor it stays where managers see it."""
    left = received.data
    if left.successor_id is not None:
        # The news of somebody hired a moment ago may still be under way: then the leaver's place.
        successor = await find_owner(uow.conn, left.successor_id) or Owner(
            left.successor_id, left.department, left.branch
        )
        await _hand_over(uow, left.staff_id, successor)


async def _hand_over(
    uow: UnitOfWork, before: UUID, owner: Owner, customer_id: UUID | None = None
) -> None:
    for work, found in await _locked(uow, before, customer_id):
        await work.documents.save_many(uow, [(each, each.hand_over(owner)) for each in found])
    await ENGINE.hand_over(uow, owner.id, customer_id=customer_id, previous=before)


class _MoreCameUp(Exception):
    """What is locked is not all any more."""


async def _locked(
    uow: UnitOfWork, before: UUID, customer_id: UUID | None
) -> list[tuple[Work, list[Any]]]:
    """Lock and return all open work, in the order of everybody. What was made of a document while
    that was waited for has come up behind its place: then all locks are given back (they end with
    the savepoint) and it begins anew. To wait for the newcomer at the end could be for ever: who
    works on it may wait for the document it was made of."""
    while True:
        with suppress(_MoreCameUp):
            async with uow.conn.begin_nested():
                return await _lock_all(uow, before, customer_id)


async def _lock_all(
    uow: UnitOfWork, before: UUID, customer_id: UUID | None
) -> list[tuple[Work, list[Any]]]:
    found: list[tuple[Work, list[Any]]] = []
    for work in OPEN_WORK:
        query = work.documents.query().where(*work.of(before, customer_id))
        found.append((work, await work.documents.select(uow.conn, query, lock=True)))
    for work, locked in found:
        count = sa.select(sa.func.count()).select_from(work.documents.table)
        if await uow.conn.scalar(count.where(*work.of(before, customer_id))) != len(locked):
            raise _MoreCameUp
    return found
