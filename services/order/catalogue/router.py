"""``/v1/portal/products``."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from starlette.responses import Response

from services.order.catalogue import query
from services.order.catalogue.schemas import OfferOut
from services.order.portal_users.buyer import buying
from shared.domain.clock import business_date, now
from shared.http.fields import Currency
from shared.http.gates import Read, reading
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("portal")


@router.get("/portal/products", response_model=ListOf[OfferOut])
async def list_offers(
    read: Annotated[Read, reading("portal.catalogue")],
    q: Annotated[
        str | None,
        Query(min_length=1, max_length=100, description="part of the name, or start of the code"),
    ] = None,
    currency: Currency = "CNY",
    sort: str = "code",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List what can be ordered, at the prices of the list in force today; ``sort`` is code or
    -code."""
    wanted = query.Wanted(business_date(now()), currency, q)
    request = page_request(read, page_size, page_token, sort)
    async with buying(read) as (conn, _):
        page, tiers = await query.page(conn, wanted, request)

    def offer(row: Any) -> OfferOut:
        return OfferOut.of(row, tiers.get(row["id"], ()), currency)

    return respond_page(read, page, OfferOut, offer)
