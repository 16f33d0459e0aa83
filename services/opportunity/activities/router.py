"""``/v1/activities`` and ``/v1/next-contacts``."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from services.opportunity.activities import service
from services.opportunity.activities.model import Kind
from services.opportunity.activities.repository import ActivityFilter, DueFilter, due_page
from services.opportunity.activities.schemas import (
    ActivityIn,
    ActivityListed,
    ActivityOut,
    NextContactOut,
)
from shared.http.fields import Day
from shared.http.gates import Read, Write, reading, writing
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("activities")

Reading = Annotated[Read, reading("activity.read")]


@router.get("/activities/{activity_id}", response_model=ActivityOut)
async def get_activity(activity_id: UUID, read: Reading) -> Response:
    """Return an activity."""
    async with read.connection() as conn:
        found = await service.activities.get(conn, activity_id)
    return read.respond(ActivityOut.model_validate(found))


@router.get("/activities", response_model=ListOf[ActivityListed])
async def list_activities(
    read: Reading,
    customer_id: UUID | None = None,
    owner_id: UUID | None = None,
    opportunity_id: UUID | None = None,
    contact_id: UUID | None = None,
    kind: Kind | None = None,
    sort: str = "-happened",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List activities, the latest first; ``sort`` is -happened or happened."""
    wanted = ActivityFilter(customer_id, owner_id, opportunity_id, contact_id, kind)
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        page = await service.activities.page(conn, wanted, request)
    return respond_page(read, page, ActivityListed)


@router.post("/activities", response_model=ActivityOut, status_code=201)
async def log_activity(
    body: ActivityIn, write: Annotated[Write, writing("activity.log")]
) -> Response:
    """Record a contact with a customer, or the correction of one."""
    present = ActivityOut.model_validate
    return await write(body.command(), service.log_activity, present, status=201)


@router.get("/next-contacts", response_model=ListOf[NextContactOut])
async def list_next_contacts(
    read: Reading,
    owner_id: UUID | None = None,
    customer_id: UUID | None = None,
    until: Annotated[Day | None, Query(description="due on this day or before")] = None,
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List the contacts that are due, the longest due first."""
    request = page_request(read, page_size, page_token, "due")
    async with read.connection() as conn:
        page = await due_page(conn, DueFilter(owner_id, customer_id, until), request)
    return respond_page(read, page, NextContactOut)
