"""``/v1/customers/{customer_id}/timeline``."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from services.customer.customers.service import customers
from services.customer.timeline.repository import page_of_entries
from services.customer.timeline.schemas import EntryOut
from services.customer.timeline.titles import Document
from shared.http.gates import Read, reading
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("timeline")


@router.get("/customers/{customer_id}/timeline", response_model=ListOf[EntryOut])
async def list_timeline(
    customer_id: UUID,
    read: Annotated[Read, reading("customer.read")],
    document: Annotated[Document | None, Query(description="only this kind of document")] = None,
    kind: Annotated[
        str | None,
        Query(max_length=60, pattern=r"^[a-z_]+\.[a-z_]+$", examples=["order.approved"]),
    ] = None,
    sort: str = "-time",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List what happened to a customer in all services, newest first (or ``sort=time``)."""
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        await customers.get(conn, customer_id)
        page = await page_of_entries(conn, customer_id, request, document=document, kind=kind)
    return respond_page(read, page, EntryOut, EntryOut.of)
