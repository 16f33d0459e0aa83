"""``/v1/customers``."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from services.customer.customers import service
from services.customer.customers.model import Level, Status
from services.customer.customers.repository import CustomerFilter, Likeness
from services.customer.customers.schemas import (
    IDENTITY,
    CustomerIn,
    CustomerOut,
    CustomerPatch,
    CustomerSummary,
    Lookalike,
    LookalikesOut,
    OwnerIn,
    OwnershipChange,
    Phone,
    ReasonIn,
    TaxId,
)
from shared.http.fields import Code
from shared.http.gates import Read, Write, reading, writing
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.rights import write_unmasked
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
    department: Term = None,
    branch: Term = None,
    region: Term = None,
    industry: Term = None,
    source: Term = None,
    level: Level | None = None,
    tax_id: TaxId | None = None,
    phone: Phone | None = None,
    external_id: Code | None = None,
    sort: str = "-created",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List customers, newest first; ``sort`` is created, -created, name or number. Looking for a
    tax id or a phone asks for the permission to see them."""
    if tax_id is not None:
        read.actor.require(IDENTITY)
    if phone is not None:
        read.actor.require(service.PRIVATE)
    wanted = CustomerFilter(
        status=status,
        owner_id=owner_id,
        department=department,
        branch=branch,
        region=region,
        industry=industry,
        source=source,
        level=level,
        tax_id=tax_id,
        phone=phone,
        external_id=external_id,
        q=q,
    )
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        page = await service.customers.page(conn, wanted, request)
    return respond_page(read, page, CustomerSummary)


@router.post("/customers", response_model=CustomerOut, status_code=201)
async def create_customer(
    body: CustomerIn, write: Annotated[Write, writing("customer.create")]
) -> Response:
    """Enter a customer. Look-alikes are refused with 409 unless ``accept_duplicates`` is sent. To
    say its ``level`` asks for the permission to set levels."""
    return await write(body.command(), service.create_customer, CustomerOut.of, status=201)


@router.patch("/customers/{customer_id}", response_model=CustomerOut)
async def change_customer(
    customer_id: UUID,
    body: CustomerPatch,
    write: Annotated[Write, writing("customer.change", if_match=True)],
) -> Response:
    """Change fields of the record. Look-alikes by what is new are refused as on create. Fields of
    which the caller is shown a mask are not theirs to change. Another ``level`` asks for the
    permission to set levels; others propose one. Of a registration another person than the one who
    changed it confirms what is there now."""
    write_unmasked(write.actor, CustomerOut, body.model_fields_set)
    command = body.command(customer_id, write.expected)
    return await write(command, service.change_customer, CustomerOut.of)


@router.post("/customers/{customer_id}/confirm", response_model=CustomerOut)
async def confirm_customer(
    customer_id: UUID, write: Annotated[Write, writing("customer.confirm", if_match=True)]
) -> Response:
    """Make a customer formal, so that it may trade. For one that registered it is an agreement in
    the present step of the approval; the last step makes it formal."""
    command = service.ConfirmCustomer(customer_id, write.expected)
    return await write(command, service.confirm_customer, CustomerOut.of)


@router.post("/customers/{customer_id}/reject", response_model=CustomerOut)
async def reject_customer(
    customer_id: UUID,
    body: ReasonIn,
    write: Annotated[Write, writing("customer.confirm", if_match=True)],
) -> Response:
    """Refuse a registration, in its approval."""
    command = body.rejection(customer_id, write.expected)
    return await write(command, service.reject_customer, CustomerOut.of)


@router.post("/customers/{customer_id}/lose", response_model=CustomerOut)
async def lose_customer(
    customer_id: UUID,
    body: ReasonIn,
    write: Annotated[Write, writing("customer.change", if_match=True)],
) -> Response:
    """Give a customer up."""
    command = body.loss(customer_id, write.expected)
    return await write(command, service.lose_customer, CustomerOut.of)


@router.post("/customers/{customer_id}/regain", response_model=CustomerOut)
async def regain_customer(
    customer_id: UUID, write: Annotated[Write, writing("customer.change", if_match=True)]
) -> Response:
    """Take a lost customer up again."""
    command = service.RegainCustomer(customer_id, write.expected)
    return await write(command, service.regain_customer, CustomerOut.of)


@router.post("/customers/{customer_id}/hand-over", response_model=CustomerOut)
async def hand_over_customer(
    customer_id: UUID,
    body: OwnerIn,
    write: Annotated[Write, writing("customer.hand_over", if_match=True)],
) -> Response:
    """Give one customer to another owner; ``/v1/handovers`` gives all of them."""
    command = body.command(customer_id, write.expected)
    return await write(command, service.hand_over_customer, CustomerOut.of)


@router.get("/customers/{customer_id}/owners", response_model=ListOf[OwnershipChange])
async def list_owners(
    customer_id: UUID,
    read: Annotated[Read, reading("customer.read")],
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List a customer's changes of owner, newest first."""
    request = page_request(read, page_size, page_token, "-time")
    async with read.connection() as conn:
        await service.customers.get(conn, customer_id)
        page = await service.customers.ownership(conn, customer_id, request)
    return respond_page(read, page, OwnershipChange)


@router.get("/customers/{customer_id}/lookalikes", response_model=LookalikesOut)
async def list_lookalikes(
    customer_id: UUID, read: Annotated[Read, reading("customer.read")]
) -> Response:
    """Return customers with the same normalised name, tax id or phone: before a confirmation. Of
    customers that the caller does not see it says only that there are some."""
    async with read.connection() as conn:
        customer = await service.customers.get(conn, customer_id)
        like = Likeness(customer.name, customer.tax_id, customer.phone)
        like = service.known_to(read.actor, like)
        found = await service.customers.lookalikes(conn, like, besides=customer.id)
        seen, hidden = service.told(conn, found)
    items = [Lookalike.model_validate(dict(row)) for row in seen]
    return read.respond(LookalikesOut(items=items, held_by_colleague=hidden))
