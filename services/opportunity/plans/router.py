"""``/v1/plans``. Decisions on them are made at ``/v1/approvals/opportunity``."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from services.opportunity.plans import service
from services.opportunity.plans.due import plans
from services.opportunity.plans.model import Status
from services.opportunity.plans.periods import Kind
from services.opportunity.plans.repository import PlanFilter
from services.opportunity.plans.schemas import (
    AttainmentOut,
    ClosingIn,
    PlanContent,
    PlanIn,
    PlanOut,
    PlanSummary,
)
from shared.http.fields import Day
from shared.http.gates import Read, Write, reading, writing
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("plans")

Reading = Annotated[Read, reading("plan.read")]
Writing = Annotated[Write, writing("plan.write", if_match=True)]


@router.get("/plans/{plan_id}/attainment", response_model=AttainmentOut)
async def get_plan_attainment(plan_id: UUID, read: Reading) -> Response:
    """Return the contacts that the owner made in the days of a plan, against its targets."""
    async with read.connection() as conn:
        found = await service.attainment(conn, plan_id)
    return read.respond(AttainmentOut.of(found))


@router.get("/plans/{plan_id}", response_model=PlanOut)
async def get_plan(plan_id: UUID, read: Reading) -> Response:
    """Return a plan with its items."""
    async with read.connection() as conn:
        found = await plans.get(conn, plan_id)
    return read.respond(PlanOut.of(found))


@router.get("/plans", response_model=ListOf[PlanSummary])
async def list_plans(
    read: Reading,
    kind: Kind | None = None,
    status: Status | None = None,
    owner_id: UUID | None = None,
    late: bool | None = None,
    overdue: bool | None = None,
    since: Annotated[Day | None, Query(description="plans that end on this day or later")] = None,
    until: Annotated[Day | None, Query(description="plans that start until this day")] = None,
    sort: str = "-starts_on",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List plans; ``sort`` is -starts_on, starts_on or -created."""
    wanted = PlanFilter(kind, status, owner_id, late, overdue, since, until)
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        page = await plans.page(conn, wanted, request)
    return respond_page(read, page, PlanSummary, PlanSummary.of)


@router.post("/plans", response_model=PlanOut, status_code=201)
async def draft_plan(body: PlanIn, write: Annotated[Write, writing("plan.write")]) -> Response:
    """Begin one's plan for a day, a week or a month."""
    return await write(body.draft(), service.draft_plan, PlanOut.of, status=201)


@router.put("/plans/{plan_id}", response_model=PlanOut)
async def change_plan(plan_id: UUID, body: PlanContent, write: Writing) -> Response:
    """Replace what is planned: in a draft, or after it was returned."""
    return await write(body.command(plan_id, write.expected), service.change_plan, PlanOut.of)


@router.post("/plans/{plan_id}/submit", response_model=PlanOut)
async def submit_plan(plan_id: UUID, write: Writing) -> Response:
    """Hand a plan in, in time or late; it goes to the managers above its owner."""
    meeting = write.context.settings.weekly_meeting
    command = service.SubmitPlan(plan_id, write.expected, meeting)
    return await write(command, service.submit_plan, PlanOut.of)


@router.post("/plans/{plan_id}/close", response_model=PlanOut)
async def close_plan(plan_id: UUID, body: ClosingIn, write: Writing) -> Response:
    """Say what came of each item of an approved plan; a month ends with a report."""
    return await write(body.command(plan_id, write.expected), service.close_plan, PlanOut.of)


@router.post("/plans/{plan_id}/archive", response_model=PlanOut)
async def archive_plan(
    plan_id: UUID, write: Annotated[Write, writing("plan.archive", if_match=True)]
) -> Response:
    """File a plan that is closed."""
    command = service.OnPlan(plan_id, write.expected)
    return await write(command, service.archive_plan, PlanOut.of)
