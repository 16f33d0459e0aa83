"""``/v1/customers``."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from services.customer.customers import service
from services.customer.customers.model import Level, Status
from services.customer.customers.repository import CustomerFilter
from services.customer.customers.schemas import (
    CustomerIn,
    CustomerOut,
    CustomerPatch,
    CustomerSummary,
)
from shared.http.gates import Read, Write, reading, writing
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("customers")

Term = Annotated[str | None, Query(max_length=100)]


@router.get("/customers/{customer_id}", response_model=CustomerOut)
async def get_customer(
    customer_id: UUID, read: Annotated[Read, reading("customer.read")]
) -> Response:
    """Return a customer."""
    async with read.connection() as conn:
        customer = await service.customers.get(conn, customer_id)
    return read.respond(CustomerOut.of(customer))


@router.get("/customers", response_model=ListOf[CustomerSummary])
async def list_customers(
    read: Annotated[Read, reading("customer.read")],
    q: Annotated[
        str | None,
        Query(min_length=1, max_length=100, description="part of the name, pinyin or initials"),
    ] = None,
    status: Status | None = None,
    owner_id: UUID | None = None,
    region: Term = None,
    industry: Term = None,
    level: Level | None = None,
    sort: str = "-created",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List customers, newest first; ``sort`` is created, -created, name or number."""
    wanted = CustomerFilter(status, owner_id, region, industry, level, q)
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        page = await service.customers.page(conn, wanted, request)
    return respond_page(read, page, CustomerSummary)


@router.post("/customers", response_model=CustomerOut, status_code=201)
async def create_customer(
    body: CustomerIn, write: Annotated[Write, writing("customer.create")]
) -> Response:
    """Enter a customer. Look-alikes are refused with 409 unless ``accept_duplicates`` is sent."""
    return await write(body.command(), service.create_customer, CustomerOut.of, status=201)


@router.patch("/customers/{customer_id}", response_model=CustomerOut)
async def change_customer(
    customer_id: UUID,
    body: CustomerPatch,
    write: Annotated[Write, writing("customer.change", if_match=True)],
) -> Response:
    """Change fields of the record."""
    command = body.command(customer_id, write.expected)
    return await write(command, service.change_customer, CustomerOut.of)


@router.post("/customers/{customer_id}/confirm", response_model=CustomerOut)
async def confirm_customer(
    customer_id: UUID, write: Annotated[Write, writing("customer.confirm", if_match=True)]
) -> Response:
    """Make a customer formal, so that it may trade."""
    command = service.ConfirmCustomer(customer_id, write.expected)
    return await write(command, service.confirm_customer, CustomerOut.of)
