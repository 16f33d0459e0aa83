"""``/v1/staff``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from services.customer.staff import service
from services.customer.staff.model import Staff, StaffStatus
from services.customer.staff.repository import StaffFilter
from services.customer.staff.schemas import LeaveIn, StaffIn, StaffOut, StaffPatch
from shared.db.unit_of_work import UnitOfWork
from shared.http.gates import Read, Write, reading, writing
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("staff")
C = TypeVar("C")

Term = Annotated[str | None, Query(max_length=100)]


@router.get("/staff/{staff_id}", response_model=StaffOut)
async def get_staff(staff_id: UUID, read: Annotated[Read, reading("staff.read")]) -> Response:
    """Return a member of staff."""
    async with read.connection() as conn:
        staff = await service.members.get(conn, staff_id)
    return read.respond(StaffOut.of(staff))


@router.get("/staff", response_model=ListOf[StaffOut])
async def list_staff(
    read: Annotated[Read, reading("staff.read")],
    q: Annotated[
        str | None,
        Query(min_length=1, max_length=100, description="part of the name, or start of the login"),
    ] = None,
    status: StaffStatus | None = None,
    role: Term = None,
    department: Term = None,
    branch: Term = None,
    unit_id: UUID | None = None,
    sort: str = "name",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List the people of the company; ``sort`` is name, created or -created."""
    wanted = StaffFilter(status, role, department, branch, unit_id, q)
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        page = await service.members.page(conn, wanted, request)
    return respond_page(read, page, StaffOut)


@router.post("/staff", response_model=StaffOut, status_code=201)
async def hire_staff(body: StaffIn, write: Annotated[Write, writing("staff.manage")]) -> Response:
    """Enter somebody who starts to work here."""
    return await write(body.command(), service.hire_staff, StaffOut.of, status=201)


@router.patch("/staff/{staff_id}", response_model=StaffOut)
async def change_staff(
    staff_id: UUID,
    body: StaffPatch,
    write: Annotated[Write, writing("staff.manage", if_match=True)],
) -> Response:
    """Change name, roles, position or place. Access tokens issued before are void."""
    command = body.command(staff_id, write.expected)
    return await _ending_sessions(write, command, service.change_staff)


@router.post("/staff/{staff_id}/leave", response_model=StaffOut)
async def leave_staff(
    staff_id: UUID,
    body: LeaveIn,
    write: Annotated[Write, writing("staff.manage", if_match=True)],
) -> Response:
    """Mark somebody as left: access ends at once, and all customers go to the successor."""
    command = body.command(staff_id, write.expected)
    return await _ending_sessions(write, command, service.leave_staff)


async def _ending_sessions(
    write: Write, command: C, handle: Callable[[UnitOfWork, C], Awaitable[Staff]]
) -> Response:
    response = await write(command, handle, StaffOut.of)
    write.context.tokens.forget()
    return response
