"""``/v1/price-lists`` and ``/v1/prices``."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from services.opportunity.prices import service
from services.opportunity.prices.approval import price_lists
from services.opportunity.prices.model import Status
from services.opportunity.prices.schemas import (
    ListPriceOut,
    PriceListAdjustment,
    PriceListIn,
    PriceListOut,
    PriceListRewrite,
    PriceOut,
)
from shared.domain.clock import business_date, now
from shared.domain.money import DEFAULT_CURRENCY
from shared.http.fields import Currency, Day, Quantity
from shared.http.gates import Read, Write, reading, writing
from shared.http.openapi import answers_problem
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("prices")


@router.get(
    "/prices",
    response_model=ListPriceOut,
    responses={404: answers_problem("There is no list price")},
)
async def get_list_price(
    read: Annotated[Read, reading("price_list.read")],
    product_id: UUID,
    quantity: Annotated[Quantity, Query()] = Decimal(1),
    on: Annotated[Day | None, Query(description="by default today")] = None,
    currency: Annotated[Currency, Query()] = DEFAULT_CURRENCY,
) -> Response:
    """Return the list price of a product for a quantity on a day."""
    day = on or business_date(now())
    async with read.connection() as conn:
        found = await service.look_up(conn, product_id, quantity, currency, day)
    return read.respond(ListPriceOut.quoted(found, quantity, day))


@router.get("/price-lists/{price_list_id}", response_model=PriceListOut)
async def get_price_list(
    price_list_id: UUID, read: Annotated[Read, reading("price_list.read")]
) -> Response:
    """Return a version of the price list, without its prices."""
    async with read.connection() as conn:
        row = await price_lists.summary(conn, price_list_id)
    return read.respond(PriceListOut.model_validate(dict(row)))


@router.get("/price-lists/{price_list_id}/prices", response_model=ListOf[PriceOut])
async def list_prices(
    price_list_id: UUID,
    read: Annotated[Read, reading("price_list.read")],
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List the prices of a version, product by product."""
    request = page_request(read, page_size, page_token, "product")
    async with read.connection() as conn:
        currency = (await price_lists.summary(conn, price_list_id))["currency"]
        page = await price_lists.prices_page(conn, price_list_id, request)
    return respond_page(read, page, PriceOut, partial(PriceOut.of, currency=currency))


@router.get("/price-lists", response_model=ListOf[PriceListOut])
async def list_price_lists(
    read: Annotated[Read, reading("price_list.read")],
    status: Status | None = None,
    currency: Annotated[Currency | None, Query()] = None,
    sort: str = "-effective_on",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List the versions; ``sort`` is -effective_on, effective_on or -created."""
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        page = await price_lists.page(conn, request, status=status, currency=currency)
    return respond_page(read, page, PriceListOut)


@router.post("/price-lists", response_model=PriceListOut, status_code=201)
async def draft_price_list(
    body: PriceListIn, write: Annotated[Write, writing("price_list.manage")]
) -> Response:
    """Start a version of the price list."""
    return await write(body.command(), service.draft_price_list, PriceListOut.of, status=201)


@router.put("/price-lists/{price_list_id}/prices", response_model=PriceListOut)
async def rewrite_price_list(
    price_list_id: UUID,
    body: PriceListRewrite,
    write: Annotated[Write, writing("price_list.manage", if_match=True)],
) -> Response:
    """Replace the day and all prices of a draft."""
    command = body.command(price_list_id, write.expected)
    return await write(command, service.rewrite_price_list, PriceListOut.of)


@router.post("/price-lists/{price_list_id}/propose", response_model=PriceListOut)
async def propose_price_list(
    price_list_id: UUID,
    write: Annotated[Write, writing("price_list.manage", if_match=True)],
) -> Response:
    """Ask for approval by the process in force: ``/v1/approvals/opportunity`` tells who is next."""
    command = service.ProposePriceList(price_list_id, write.expected)
    return await write(command, service.propose_price_list, PriceListOut.of)


@router.post("/price-lists/{price_list_id}/adjust", response_model=PriceListOut)
async def adjust_price_list(
    price_list_id: UUID,
    body: PriceListAdjustment,
    write: Annotated[Write, writing("price_list.adjust", if_match=True)],
) -> Response:
    """Pass on proposed prices changed, when one is asked and nobody has agreed to them yet."""
    command = body.adjustment(price_list_id, write.expected)
    return await write(command, service.adjust_price_list, PriceListOut.of)
