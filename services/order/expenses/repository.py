"""Expenses in PostgreSQL: by id, numbered, and as lists."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from services.order.expenses import events
from services.order.expenses.model import Expense
from services.order.expenses.table import expenses
from shared.db.driver import Connection
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.repository import Repository
from shared.db.unit_of_work import UnitOfWork
from shared.numbering.numbers import next_number
from shared.numbering.ranges import Range, Series

SORTS = {
    "created": Sort(expenses.c.id, UUID),
    "-created": Sort(expenses.c.id, UUID, descending=True),
    "number": Sort(expenses.c.number, str),
}
SERIES = Series("expense", "FY", 6, Range(1, 999_999))


@dataclass(frozen=True, slots=True)
class ExpenseFilter:
    """What a list of expenses is narrowed by; None means any."""

    status: str | None = None
    category: str | None = None
    customer_id: UUID | None = None
    contract_id: UUID | None = None
    opportunity_id: UUID | None = None
    owner_id: UUID | None = None
    department: str | None = None
    number: str | None = None


class Expenses(Repository[Expense]):
    """The expenses of the company."""

    kind = Expense
    table = expenses
    noun = "expense"
    owner = expenses.c.owner_id
    payload = staticmethod(events.payload)

    async def next_number(self, uow: UnitOfWork, branch: str | None) -> str:
        """Take the next number of a branch."""
        return await next_number(uow.conn, SERIES, branch, uow.now)

    async def page(self, conn: Connection, wanted: ExpenseFilter, request: PageRequest) -> Page:
        """Return one page of expenses."""
        query = sa.select(*expenses.c).where(*conn.seeing(expenses.c.owner_id))
        for name in ExpenseFilter.__slots__:
            if (value := getattr(wanted, name)) is not None:
                query = query.where(expenses.c[name] == value)
        return await fetch_page(conn, query, request, sorts=SORTS, key=expenses.c.id)
