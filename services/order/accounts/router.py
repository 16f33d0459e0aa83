"""``/v1/accounts``."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from starlette.responses import Response

from services.order.accounts import repository
from services.order.accounts.schemas import AccountOut
from shared.http.fields import Currency
from shared.http.gates import Read, reading
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("accounts")


@router.get("/accounts", response_model=ListOf[AccountOut])
async def list_accounts(
    read: Annotated[Read, reading("account.read")],
    customer_id: UUID | None = None,
    currency: Currency | None = None,
    sort: str = "-receivable",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List customer accounts, the greatest receivable first; ``sort`` is created, -receivable or
    -committed."""
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        page = await repository.page(conn, customer_id, currency, request)
    return respond_page(read, page, AccountOut, AccountOut.of_row)
