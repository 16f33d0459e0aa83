"""``/v1/deputies``."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from services.customer.deputies import service
from services.customer.deputies.model import DeputyStatus
from services.customer.deputies.repository import DeputyFilter
from services.customer.deputies.schemas import DeputyIn, DeputyOut
from shared.http.fields import Day
from shared.http.gates import Read, Write, reading, writing
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("deputies")


@router.get("/deputies/{deputyship_id}", response_model=DeputyOut)
async def get_deputy(
    deputyship_id: UUID, read: Annotated[Read, reading("deputy.read")]
) -> Response:
    """Return who stands in for whom."""
    async with read.connection() as conn:
        found = await service.deputies.get(conn, deputyship_id)
    return read.respond(DeputyOut.of(found))


@router.get("/deputies", response_model=ListOf[DeputyOut])
async def list_deputies(
    read: Annotated[Read, reading("deputy.read")],
    principal_id: UUID | None = None,
    deputy_id: UUID | None = None,
    status: DeputyStatus | None = None,
    on: Annotated[Day | None, Query(description="a day that is covered")] = None,
    sort: str = "starts_on",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List who stands in for whom; ``sort`` is starts_on or -starts_on."""
    wanted = DeputyFilter(principal_id, deputy_id, status, on)
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        page = await service.deputies.page(conn, wanted, request)
    return respond_page(read, page, DeputyOut)


@router.post("/deputies", response_model=DeputyOut, status_code=201)
async def appoint_deputy(
    body: DeputyIn, write: Annotated[Write, writing("deputy.appoint")]
) -> Response:
    """Say who stands in for oneself; for others only with ``deputy.manage``."""
    return await write(body.command(), service.appoint_deputy, DeputyOut.of, status=201)


@router.post("/deputies/{deputyship_id}/revoke", response_model=DeputyOut)
async def revoke_deputy(
    deputyship_id: UUID, write: Annotated[Write, writing("deputy.appoint", if_match=True)]
) -> Response:
    """End it before its time; what others agreed only with ``deputy.manage``."""
    command = service.RevokeDeputy(deputyship_id, write.expected)
    return await write(command, service.revoke_deputy, DeputyOut.of)
