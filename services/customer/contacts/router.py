"""``/v1/customers/{customer_id}/contacts``."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from starlette.responses import Response

from services.customer.contacts import service
from services.customer.contacts.model import ContactStatus
from services.customer.contacts.schemas import ContactIn, ContactOut, ContactPatch
from services.customer.customers.service import customers
from shared.http.gates import Read, Write, reading, writing
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.rights import write_unmasked
from shared.http.routing import new_router

router = new_router("contacts")


@router.get("/customers/{customer_id}/contacts/{contact_id}", response_model=ContactOut)
async def get_contact(
    customer_id: UUID, contact_id: UUID, read: Annotated[Read, reading("contact.read")]
) -> Response:
    """Return a contact person."""
    async with read.connection() as conn:
        contact = await service.contacts.of_customer(conn, customer_id, contact_id)
    return read.respond(ContactOut.of(contact))


@router.get("/customers/{customer_id}/contacts", response_model=ListOf[ContactOut])
async def list_contacts(
    customer_id: UUID,
    read: Annotated[Read, reading("contact.read")],
    status: ContactStatus | None = None,
    sort: str = "created",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List the contact persons of a customer; ``sort`` is created or -created."""
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        await customers.get(conn, customer_id)
        page = await service.contacts.page(conn, customer_id, status, request)
    return respond_page(read, page, ContactOut)


@router.post("/customers/{customer_id}/contacts", response_model=ContactOut, status_code=201)
async def create_contact(
    customer_id: UUID,
    body: ContactIn,
    write: Annotated[Write, writing("contact.change")],
) -> Response:
    """Enter a contact person. A new primary contact takes the place of the old one."""
    command = body.command(customer_id)
    return await write(command, service.create_contact, ContactOut.of, status=201)


@router.patch("/customers/{customer_id}/contacts/{contact_id}", response_model=ContactOut)
async def change_contact(
    customer_id: UUID,
    contact_id: UUID,
    body: ContactPatch,
    write: Annotated[Write, writing("contact.change", if_match=True)],
) -> Response:
    """Change a contact person, make them the primary one, or inactive. Fields of which the caller
    is shown a mask are not theirs to change."""
    write_unmasked(write.actor, ContactOut, body.model_fields_set)
    command = body.command(customer_id, contact_id, write.expected)
    return await write(command, service.change_contact, ContactOut.of)
