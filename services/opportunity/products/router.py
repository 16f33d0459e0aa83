"""``/v1/products``."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from services.opportunity.products import service
from services.opportunity.products.model import Status
from services.opportunity.products.repository import ProductFilter
from services.opportunity.products.schemas import ProductIn, ProductOut, ProductPatch
from shared.http.gates import Read, Write, reading, writing
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("products")

Term = Annotated[str | None, Query(max_length=200)]
Manage = Annotated[Write, writing("product.manage", if_match=True)]


@router.get("/products/{product_id}", response_model=ProductOut)
async def get_product(product_id: UUID, read: Annotated[Read, reading("product.read")]) -> Response:
    """Return a product."""
    async with read.connection() as conn:
        product = await service.products.get(conn, product_id)
    return read.respond(ProductOut.of(product))


@router.get("/products", response_model=ListOf[ProductOut])
async def list_products(
    read: Annotated[Read, reading("product.read")],
    code: Term = None,
    status: Status | None = None,
    line: Term = None,
    category: Term = None,
    sort: str = "code",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List products by code; ``sort`` is code, -code or -created."""
    wanted = ProductFilter(code, status, line, category)
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        page = await service.products.page(conn, wanted, request)
    return respond_page(read, page, ProductOut, ProductOut.of)


@router.post("/products", response_model=ProductOut, status_code=201)
async def enter_product(
    body: ProductIn, write: Annotated[Write, writing("product.manage")]
) -> Response:
    """Enter a product."""
    return await write(body.command(), service.enter_product, ProductOut.of, status=201)


@router.patch("/products/{product_id}", response_model=ProductOut)
async def change_product(product_id: UUID, body: ProductPatch, write: Manage) -> Response:
    """Change the description of a product."""
    command = body.command(product_id, write.expected)
    return await write(command, service.change_product, ProductOut.of)


@router.post("/products/{product_id}/retire", response_model=ProductOut)
async def retire_product(product_id: UUID, write: Manage) -> Response:
    """Stop selling a product; it cannot be quoted any more."""
    command = service.MoveProduct(product_id, write.expected)
    return await write(command, service.retire_product, ProductOut.of)


@router.post("/products/{product_id}/restore", response_model=ProductOut)
async def restore_product(product_id: UUID, write: Manage) -> Response:
    """Sell a retired product again."""
    command = service.MoveProduct(product_id, write.expected)
    return await write(command, service.restore_product, ProductOut.of)
