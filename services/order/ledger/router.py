"""``/v1/ledger``: read only, documents post by themselves."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from starlette.responses import Response

from services.order.ledger import repository
from services.order.ledger.model import LedgerAccount
from services.order.ledger.repository import PostingFilter
from services.order.ledger.schemas import BalanceOut, BalancesOut, PostingOut
from shared.http.fields import Currency, Day
from shared.http.gates import Read, reading
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("ledger")


@router.get("/ledger/postings", response_model=ListOf[PostingOut])
async def list_postings(
    read: Annotated[Read, reading("ledger.read")],
    customer_id: UUID | None = None,
    account: LedgerAccount | None = None,
    currency: Currency | None = None,
    posted_from: Day | None = None,
    posted_to: Day | None = None,
    sort: str = "-posted",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List postings, the latest day first; ``sort`` is posted or -posted."""
    wanted = PostingFilter(customer_id, account, currency, posted_from, posted_to)
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        page = await repository.page(conn, wanted, request)
    return respond_page(read, page, PostingOut, PostingOut.of_row)


@router.get("/ledger/balances", response_model=BalancesOut)
async def list_balances(
    read: Annotated[Read, reading("ledger.read")],
    customer_id: UUID | None = None,
    account: LedgerAccount | None = None,
    currency: Currency | None = None,
    posted_from: Day | None = None,
    posted_to: Day | None = None,
) -> Response:
    """Return what postings sum to, by account and currency: of one customer, or of all (the trial
    balance)."""
    wanted = PostingFilter(customer_id, account, currency, posted_from, posted_to)
    async with read.connection() as conn:
        rows = await repository.balances(conn, wanted)
    return read.respond(BalancesOut(items=[BalanceOut.of_row(row) for row in rows]))
