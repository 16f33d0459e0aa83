"""Portal users over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.customer.portal_users.model import PortalUser, PortalUserStatus
from services.customer.portal_users.service import Invited, InvitePortalUser, RenamePortalUser
from services.customer.staff.schemas import ONE_TIME_LASTS, Login
from shared.http.fields import Input, Name, Output


class PortalUserIn(Input):
    """Somebody of a formal customer to invite."""

    customer_id: UUID
    login: Annotated[Login, Field(examples=["li.lei@zhongji.example"])]
    name: Annotated[Name, Field(examples=["李雷"])]

    def command(self) -> InvitePortalUser:
        """Return the command this body stands for."""
        return InvitePortalUser(self.customer_id, self.login, self.name, ONE_TIME_LASTS)


class PortalUserPatch(Input):
    """What somebody is called."""

    name: Name

    def command(self, portal_user_id: UUID, expected: int | None) -> RenamePortalUser:
        """Return the command this body stands for."""
        return RenamePortalUser(portal_user_id, expected, self.name)


class PortalUserOut(Output):
    """Somebody of a customer who may use the portal, or might."""

    id: UUID
    version: int
    customer_id: UUID
    login: str
    name: str
    status: PortalUserStatus
    created_at: datetime
    erased_at: datetime | None

    @classmethod
    def of(cls, user: PortalUser) -> PortalUserOut:
        """Present somebody."""
        return cls.model_validate(user)


class InvitedOut(PortalUserOut):
    """Somebody with a password for one sign-in within three days, which is shown this once."""

    password: str | None

    @classmethod
    def after(cls, invited: Invited) -> InvitedOut:
        """Present somebody with the password; a repeated request does not show it again."""
        return cls(**PortalUserOut.of(invited.user).model_dump(), password=invited.password)

    @classmethod
    def kept(cls, invited: Invited) -> InvitedOut:
        """Present somebody without the password, as it is kept for a repeated request."""
        return cls(**PortalUserOut.of(invited.user).model_dump(), password=None)
