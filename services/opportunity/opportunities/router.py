"""``/v1/opportunities`` and ``/v1/stages``."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from services.opportunity.opportunities import service, views
from services.opportunity.opportunities.model import Likelihood, Progress, Status
from services.opportunity.opportunities.repository import STAGES, OpportunityFilter
from services.opportunity.opportunities.schemas import (
    LossIn,
    OpportunityIn,
    OpportunityOut,
    OpportunityPatch,
    OpportunitySummary,
    OwnerIn,
    PlanItemIn,
    ReasonIn,
    RegistrationIn,
    ResultIn,
    StageIn,
    StagesIn,
    StagesOut,
)
from services.opportunity.opportunities.stages import Stage, StageSet
from services.opportunity.versioned import Version
from shared.http.gates import Read, Write, reading, writing
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("opportunities")

Reading = Annotated[Read, reading("opportunity.read")]
Changing = Annotated[Write, writing("opportunity.change")]
Term = Annotated[str | None, Query(max_length=200)]


@router.get("/opportunities/matrix", response_model=views.Matrix)
async def get_rating_matrix(
    read: Reading, owner_id: UUID | None = None, branch: Term = None
) -> Response:
    """Return the open opportunities by likelihood and buying progress, per currency."""
    wanted = views.open_filter(owner_id=owner_id, branch=branch)
    async with read.connection() as conn:
        return read.respond(await views.matrix(conn, wanted))


@router.get("/opportunities/pipeline", response_model=views.Pipeline)
async def get_pipeline(
    read: Reading, owner_id: UUID | None = None, branch: Term = None
) -> Response:
    """Return the open opportunities by stage, per currency."""
    wanted = views.open_filter(owner_id=owner_id, branch=branch)
    async with read.connection() as conn:
        return read.respond(await views.pipeline(conn, wanted))


@router.get("/opportunities/{opportunity_id}", response_model=OpportunityOut)
async def get_opportunity(opportunity_id: UUID, read: Reading) -> Response:
    """Return an opportunity with its plan, registration and stage history."""
    async with read.connection() as conn:
        found = await service.opportunities.get(conn, opportunity_id)
    return read.respond(OpportunityOut.of(found))


@router.get("/opportunities", response_model=ListOf[OpportunitySummary])
async def list_opportunities(
    read: Reading,
    owner_id: UUID | None = None,
    customer_id: UUID | None = None,
    branch: Term = None,
    status: Status | None = None,
    stage: Term = None,
    likelihood: Likelihood | None = None,
    progress: Progress | None = None,
    number: Term = None,
    sort: str = "-created",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List opportunities, newest first; ``sort`` is created, -created or stage_since."""
    wanted = OpportunityFilter(
        owner_id, customer_id, branch, status, stage, likelihood, progress, number
    )
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        page = await service.opportunities.page(conn, wanted, request)
    return respond_page(read, page, OpportunitySummary, OpportunitySummary.of)


@router.post("/opportunities", response_model=OpportunityOut, status_code=201)
async def open_opportunity(
    body: OpportunityIn, write: Annotated[Write, writing("opportunity.open")]
) -> Response:
    """Start pursuing a chance with a customer."""
    return await write(body.command(), service.open_opportunity, OpportunityOut.of, status=201)


@router.patch("/opportunities/{opportunity_id}", response_model=OpportunityOut)
async def change_opportunity(
    opportunity_id: UUID,
    body: OpportunityPatch,
    write: Annotated[Write, writing("opportunity.change", if_match=True)],
) -> Response:
    """Change the estimate or the rating."""
    command = body.command(opportunity_id, write.expected)
    return await write(command, service.change_opportunity, OpportunityOut.of)


@router.post("/opportunities/{opportunity_id}/register", response_model=OpportunityOut)
async def register_project(
    opportunity_id: UUID,
    body: RegistrationIn,
    write: Annotated[Write, writing("opportunity.register")],
) -> Response:
    """Register the project (立项): it gets its number and may be quoted for."""
    series = write.context.settings.project_series
    command = body.command(opportunity_id, write.expected, series)
    return await write(command, service.register_project, OpportunityOut.of)


@router.post("/opportunities/{opportunity_id}/move", response_model=OpportunityOut)
async def move_opportunity(opportunity_id: UUID, body: StageIn, write: Changing) -> Response:
    """Enter another stage."""
    command = service.MoveToStage(opportunity_id, write.expected, body.stage)
    return await write(command, service.move_to_stage, OpportunityOut.of)


@router.post("/opportunities/{opportunity_id}/hand-over", response_model=OpportunityOut)
async def hand_over_opportunity(
    opportunity_id: UUID,
    body: OwnerIn,
    write: Annotated[Write, writing("opportunity.hand_over")],
) -> Response:
    """Give the opportunity to another owner."""
    command = service.HandOver(opportunity_id, write.expected, body.owner_id)
    return await write(command, service.hand_over, OpportunityOut.of)


@router.post("/opportunities/{opportunity_id}/win", response_model=OpportunityOut)
async def win_opportunity(opportunity_id: UUID, body: ReasonIn, write: Changing) -> Response:
    """Close as won. A signed contract does so by itself."""
    command = body.command(opportunity_id, write.expected, Status.WON)
    return await write(command, service.close_opportunity, OpportunityOut.of)


@router.post("/opportunities/{opportunity_id}/lose", response_model=OpportunityOut)
async def lose_opportunity(opportunity_id: UUID, body: LossIn, write: Changing) -> Response:
    """Close as lost."""
    command = body.command(opportunity_id, write.expected)
    return await write(command, service.close_opportunity, OpportunityOut.of)


@router.post("/opportunities/{opportunity_id}/abandon", response_model=OpportunityOut)
async def abandon_opportunity(opportunity_id: UUID, body: ReasonIn, write: Changing) -> Response:
    """Stop pursuing it."""
    command = body.command(opportunity_id, write.expected, Status.ABANDONED)
    return await write(command, service.close_opportunity, OpportunityOut.of)


@router.post("/opportunities/{opportunity_id}/plan", response_model=OpportunityOut)
async def plan_action(opportunity_id: UUID, body: PlanItemIn, write: Changing) -> Response:
    """Add a step to the customer development plan."""
    command = service.PlanAction(opportunity_id, write.expected, body.due_on, body.action)
    return await write(command, service.plan_action, OpportunityOut.of)


@router.post(
    "/opportunities/{opportunity_id}/plan/{item_id}/complete", response_model=OpportunityOut
)
async def complete_action(
    opportunity_id: UUID, item_id: UUID, body: ResultIn, write: Changing
) -> Response:
    """Record the result of a step of the plan."""
    command = service.CompleteAction(
        opportunity_id, write.expected, item_id, body.result, body.done_on
    )
    return await write(command, service.complete_action, OpportunityOut.of)


@router.delete("/opportunities/{opportunity_id}/plan/{item_id}", response_model=OpportunityOut)
async def drop_action(
    opportunity_id: UUID,
    item_id: UUID,
    write: Annotated[Write, writing("opportunity.change", if_match=True)],
) -> Response:
    """Take a step that was not done out of the plan."""
    command = service.DropAction(opportunity_id, write.expected, item_id)
    return await write(command, service.drop_action, OpportunityOut.of)


@router.get("/stages", response_model=StagesOut)
async def get_stages(read: Reading) -> Response:
    """Return the stages of the sales process in their order."""
    async with read.connection() as conn:
        return read.respond(_stages_out(await STAGES.current(conn)))


@router.put("/stages", response_model=StagesOut)
async def adopt_stages(
    body: StagesIn, write: Annotated[Write, writing("stages.manage", if_match=True)]
) -> Response:
    """Put another set of stages in force; a stage with open opportunities cannot be dropped."""
    stages = StageSet(tuple(Stage(**each.model_dump()) for each in body.stages))
    command = service.AdoptStages(stages, write.expected)
    return await write(command, service.adopt_stages, _stages_out)


def _stages_out(found: Version[StageSet]) -> StagesOut:
    return StagesOut.model_validate({"version": found.version, "stages": found.content.stages})
