"""``/v1/portal-users``."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from starlette.responses import Response

from services.customer.portal_users import service
from services.customer.portal_users.model import PortalUserStatus
from services.customer.portal_users.repository import PortalUserFilter
from services.customer.portal_users.schemas import (
    InvitedOut,
    PortalUserIn,
    PortalUserOut,
    PortalUserPatch,
)
from services.customer.portal_users.service import DeactivatePortalUser, ReactivatePortalUser
from shared.http.gates import Read, Write, reading, writing
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router

router = new_router("portal users")


@router.get("/portal-users/{portal_user_id}", response_model=PortalUserOut)
async def get_portal_user(
    portal_user_id: UUID, read: Annotated[Read, reading("portal_user.read")]
) -> Response:
    """Return somebody of a customer who may use the portal."""
    async with read.connection() as conn:
        user = await service.portal_users.get(conn, portal_user_id)
    return read.respond(PortalUserOut.of(user))


@router.get("/portal-users", response_model=ListOf[PortalUserOut])
async def list_portal_users(
    read: Annotated[Read, reading("portal_user.read")],
    customer_id: UUID | None = None,
    status: PortalUserStatus | None = None,
    sort: str = "created",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List who of the customers may use the portal; ``sort`` is created, -created or login."""
    wanted = PortalUserFilter(customer_id, status)
    request = page_request(read, page_size, page_token, sort)
    async with read.connection() as conn:
        page = await service.portal_users.page(conn, wanted, request)
    return respond_page(read, page, PortalUserOut)


@router.post("/portal-users", response_model=InvitedOut, status_code=201)
async def invite_portal_user(
    body: PortalUserIn, write: Annotated[Write, writing("portal_user.manage")]
) -> Response:
    """Invite somebody of a formal customer. The answer has a password for one sign-in within three
    days, at which they choose their own; hand it over on another way than the login."""
    return await write(
        body.command(),
        service.invite_portal_user,
        InvitedOut.after,
        status=201,
        kept=InvitedOut.kept,
    )


@router.patch("/portal-users/{portal_user_id}", response_model=PortalUserOut)
async def rename_portal_user(
    portal_user_id: UUID,
    body: PortalUserPatch,
    write: Annotated[Write, writing("portal_user.manage", if_match=True)],
) -> Response:
    """Change what somebody is called."""
    command = body.command(portal_user_id, write.expected)
    return await write(command, service.rename_portal_user, PortalUserOut.of)


@router.post("/portal-users/{portal_user_id}/deactivate", response_model=PortalUserOut)
async def deactivate_portal_user(
    portal_user_id: UUID,
    write: Annotated[Write, writing("portal_user.manage", if_match=True)],
) -> Response:
    """Close the portal to somebody: their sessions end and their tokens are void everywhere within
    seconds."""
    command = DeactivatePortalUser(portal_user_id, write.expected)
    return await write(command, service.deactivate_portal_user, PortalUserOut.of)


@router.post("/portal-users/{portal_user_id}/reactivate", response_model=PortalUserOut)
async def reactivate_portal_user(
    portal_user_id: UUID,
    write: Annotated[Write, writing("portal_user.manage", if_match=True)],
) -> Response:
    """Open the portal to somebody again; give a new password besides."""
    command = ReactivatePortalUser(portal_user_id, write.expected)
    return await write(command, service.reactivate_portal_user, PortalUserOut.of)
