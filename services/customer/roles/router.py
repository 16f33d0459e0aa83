"""``/v1/roles`` and ``/v1/permissions``."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from services.customer.roles import service
from services.customer.roles.model import RoleStatus
from services.customer.roles.repository import RoleFilter
from services.customer.roles.schemas import (
    PermissionsIn,
    PermissionsOut,
    RoleIn,
    RoleOut,
    RolePatch,
)
from shared.http.gates import Read, Write, reading, writing
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("roles")

Asking = Literal["customer", "opportunity", "order", "analytics", "operations"]


@router.get("/permissions", response_model=PermissionsOut)
async def get_permissions(
    read: Annotated[Read, reading("role.read")], service: Asking | None = None
) -> Response:
    """Return every permission there is, and which service asks for it."""
    return read.respond(PermissionsOut.declared(service))


@router.get("/roles/{role_id}", response_model=RoleOut)
async def get_role(role_id: UUID, read: Annotated[Read, reading("role.read")]) -> Response:
    """Return a role and what it permits."""
    async with read.connection() as conn:
        role = await service.roles.get(conn, role_id)
    return read.respond(RoleOut.of(role))


@router.get("/roles", response_model=ListOf[RoleOut])
async def list_roles(
    read: Annotated[Read, reading("role.read")],
    status: RoleStatus | None = None,
    permission: Annotated[str | None, Query(max_length=200, description="held by the role")] = None,
    predefined: bool | None = None,
    sort: str = "code",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List the roles; ``sort`` is code or name."""
    wanted = RoleFilter(status, permission, predefined)
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        page = await service.roles.page(conn, wanted, request)
    return respond_page(read, page, RoleOut)


@router.post("/roles", response_model=RoleOut, status_code=201)
async def define_role(body: RoleIn, write: Annotated[Write, writing("role.manage")]) -> Response:
    """Make a role of the company's own."""
    return await write(body.command(), service.define_role, RoleOut.of, status=201)


@router.patch("/roles/{role_id}", response_model=RoleOut)
async def change_role(
    role_id: UUID,
    body: RolePatch,
    write: Annotated[Write, writing("role.manage", if_match=True)],
) -> Response:
    """Change the names of a role, or how far it reaches. Whoever is signed in sees by it in every
    service within a minute. Administrators see everything."""
    return await write(body.command(role_id, write.expected), service.change_role, RoleOut.of)


@router.post("/roles/{role_id}/grant", response_model=RoleOut)
async def grant_permissions(
    role_id: UUID,
    body: PermissionsIn,
    write: Annotated[Write, writing("role.manage", if_match=True)],
) -> Response:
    """Add permissions. Whoever is signed in has them in every service within a minute."""
    return await write(body.grant(role_id, write.expected), service.grant, RoleOut.of)


@router.post("/roles/{role_id}/revoke", response_model=RoleOut)
async def revoke_permissions(
    role_id: UUID,
    body: PermissionsIn,
    write: Annotated[Write, writing("role.manage", if_match=True)],
) -> Response:
    """Take permissions away. Nobody has them by this role any more within a minute, in any service.
    Administrators keep those by which staff and roles are managed."""
    return await write(body.revoke(role_id, write.expected), service.revoke, RoleOut.of)


@router.post("/roles/{role_id}/retire", response_model=RoleOut)
async def retire_role(
    role_id: UUID, write: Annotated[Write, writing("role.manage", if_match=True)]
) -> Response:
    """Let nobody get a role any more that nobody holds; predefined roles stay."""
    command = service.RetireRole(role_id, write.expected)
    return await write(command, service.retire_role, RoleOut.of)
