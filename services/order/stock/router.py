"""``/v1/stock``."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from services.order.stock import repository, service
from services.order.stock.repository import StockFilter
from services.order.stock.schemas import StockIn, StockOut, StockPatch
from shared.http.gates import Read, Write, reading, writing
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("stock")

Term = Annotated[str | None, Query(max_length=200)]


@router.get("/stock/{stock_id}", response_model=StockOut)
async def get_stock(stock_id: UUID, read: Annotated[Read, reading("stock.read")]) -> Response:
    """Return how much of a product is on hand at a site."""
    async with read.connection() as conn:
        level = await repository.get(conn, stock_id)
    return read.respond(StockOut.of(level))


@router.get("/stock", response_model=ListOf[StockOut])
async def list_stock(
    read: Annotated[Read, reading("stock.read")],
    product_id: UUID | None = None,
    product_code: Term = None,
    site: Term = None,
    sort: str = "product_code",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List what is on hand, product by product; ``sort`` is product_code, -product_code or
    -as_of."""
    wanted = StockFilter(product_id, product_code, site)
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        page = await repository.page(conn, wanted, request)
    return respond_page(read, page, StockOut, StockOut.of_row)


@router.post("/stock", response_model=StockOut, status_code=201)
async def enter_stock(body: StockIn, write: Annotated[Write, writing("stock.enter")]) -> Response:
    """Enter the stock of a product at a site where no other system tells it."""
    return await write(body.command(), service.enter_stock, StockOut.of, status=201)


@router.patch("/stock/{stock_id}", response_model=StockOut)
async def count_stock(
    stock_id: UUID,
    body: StockPatch,
    write: Annotated[Write, writing("stock.enter", if_match=True)],
) -> Response:
    """Correct a stock that was entered here; refused where another system tells it."""
    command = body.command(stock_id, write.expected)
    return await write(command, service.count_stock, StockOut.of)
