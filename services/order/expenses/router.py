"""``/v1/expenses``; they are decided at ``/v1/approvals/order``."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from services.order.expenses import service
from services.order.expenses.approval import expenses
from services.order.expenses.model import Category, Status
from services.order.expenses.repository import ExpenseFilter
from services.order.expenses.schemas import (
    CancellationIn,
    ExpenseIn,
    ExpenseOut,
    ExpensePatch,
    SettlementIn,
)
from shared.http.gates import Read, Write, reading, writing
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("expenses")

Number = Annotated[str | None, Query(max_length=32)]
Place = Annotated[str | None, Query(max_length=200)]
Requesting = Annotated[Write, writing("expense.request", if_match=True)]


@router.get("/expenses/{expense_id}", response_model=ExpenseOut)
async def get_expense(expense_id: UUID, read: Annotated[Read, reading("expense.read")]) -> Response:
    """Return an expense."""
    async with read.connection() as conn:
        expense = await expenses.get(conn, expense_id)
    return read.respond(ExpenseOut.of(expense))


@router.get("/expenses", response_model=ListOf[ExpenseOut])
async def list_expenses(
    read: Annotated[Read, reading("expense.read")],
    status: Status | None = None,
    category: Category | None = None,
    customer_id: UUID | None = None,
    contract_id: UUID | None = None,
    opportunity_id: UUID | None = None,
    owner_id: UUID | None = None,
    department: Place = None,
    number: Number = None,
    sort: str = "-created",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List expenses, newest first; ``sort`` is created, -created or number."""
    about = (customer_id, contract_id, opportunity_id)
    wanted = ExpenseFilter(status, category, *about, owner_id, department, number)
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        page = await expenses.page(conn, wanted, request)
    return respond_page(read, page, ExpenseOut, ExpenseOut.of_row)


@router.post("/expenses", response_model=ExpenseOut, status_code=201)
async def draft_expense(
    body: ExpenseIn, write: Annotated[Write, writing("expense.request")]
) -> Response:
    """Draft an expense: sales, marketing, travel and the like."""
    return await write(body.command(), service.draft_expense, ExpenseOut.of, status=201)


@router.patch("/expenses/{expense_id}", response_model=ExpenseOut)
async def change_expense(expense_id: UUID, body: ExpensePatch, write: Requesting) -> Response:
    """Change a draft; what was rejected or returned becomes a draft again."""
    command = body.command(expense_id, write.expected)
    return await write(command, service.change_expense, ExpenseOut.of)


@router.post("/expenses/{expense_id}/submit", response_model=ExpenseOut)
async def submit_expense(expense_id: UUID, write: Requesting) -> Response:
    """Ask for the approval, by whom the amount demands. The content is fixed from now on."""
    command = service.SubmitExpense(expense_id, write.expected)
    return await write(command, service.submit_expense, ExpenseOut.of)


@router.post("/expenses/{expense_id}/settle", response_model=ExpenseOut)
async def settle_expense(
    expense_id: UUID,
    body: SettlementIn,
    write: Annotated[Write, writing("expense.settle", if_match=True, idempotency_key=True)],
) -> Response:
    """Write off what was really paid (核销); not more than was approved."""
    command = body.command(expense_id, write.expected)
    return await write(command, service.settle_expense, ExpenseOut.of)


@router.post("/expenses/{expense_id}/cancel", response_model=ExpenseOut)
async def cancel_expense(expense_id: UUID, body: CancellationIn, write: Requesting) -> Response:
    """Give up on an expense of which nothing was paid; one in approval is withdrawn first."""
    command = body.command(expense_id, write.expected)
    return await write(command, service.cancel_expense, ExpenseOut.of)
