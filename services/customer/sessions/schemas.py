"""Sign-in over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, SecretStr

from services.customer.portal_users.schemas import PortalUserOut
from services.customer.sessions.identities import Identity
from services.customer.sessions.model import Lifetimes
from services.customer.sessions.passwords import ChangeOwnPassword, Reset, ResetPassword
from services.customer.staff.model import Staff
from services.customer.staff.schemas import (
    ONE_TIME_LASTS,
    Password,
    StaffOut,
    WithPassword,
)
from shared.domain.actor import Actor
from shared.http.fields import Flag, Output


class OwnPasswordIn(WithPassword):
    """One's own present and new password."""

    current_password: Annotated[SecretStr, Field(max_length=256)]
    password: Password

    def command(self, lasting: Lifetimes) -> ChangeOwnPassword:
        """Return the command this body stands for."""
        return ChangeOwnPassword(
            self.current_password.get_secret_value(), self.password.get_secret_value(), lasting
        )


class ResetPasswordIn(WithPassword):
    """Somebody's new password; without one it is made up and answered this once. It is for one
    sign-in within three days, unless ``one_time`` is false."""

    password: Password | None = None
    one_time: Flag = True

    def command(self, staff_id: UUID, expected: int | None, lasting: Lifetimes) -> ResetPassword:
        """Return the command this body stands for."""
        return ResetPassword(
            staff_id,
            expected,
            self.password.get_secret_value() if self.password else None,
            ONE_TIME_LASTS if self.one_time or self.password is None else None,
            lasting,
        )


class ResetPasswordOut(StaffOut):
    """Somebody with a new password, and the password if it was made up."""

    password: str | None

    @classmethod
    def after(cls, reset: Reset) -> ResetPasswordOut:
        """Present somebody with the password; a repeated request does not show it again."""
        return cls(**StaffOut.of(reset.staff).model_dump(), password=reset.made_up)

    @classmethod
    def kept(cls, reset: Reset) -> ResetPasswordOut:
        """Present somebody without the password, as it is kept for a repeated request."""
        return cls(**StaffOut.of(reset.staff).model_dump(), password=None)


class SessionOut(Output):
    """Where one is signed in: with which program, from which network, and when last. The network
    is an IPv4 address or an IPv6 site."""

    id: UUID
    version: int
    client_id: str
    device: str | None
    network: str | None
    opened_at: datetime
    used_at: datetime
    expires_at: datetime
    current: bool = Field(description="the session of this request")

    @classmethod
    def of(cls, row: Any, current: UUID | None) -> SessionOut:
        """Present a session to its owner."""
        shown = {name: row[name] for name in cls.model_fields if name != "current"}
        return cls(**shown, current=row["id"] == current)


class SignedOutOut(Output):
    """Nobody is signed in any more with what was ended."""

    signed_out: Literal[True] = True


class TokenOut(Output):
    """A successful answer after RFC 6749, section 5.1. A refresh token is good for one refresh."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105
    expires_in: int = Field(description="seconds", examples=[28800])
    refresh_token: str | None = None


class RefusalOut(Output):
    """A refusal after RFC 6749, section 5.2."""

    error: str
    error_description: str


class MeOut(Output):
    """Who is signed in, and what they may do in this service."""

    id: UUID
    name: str
    roles: list[str]
    permissions: list[str]
    department: str | None
    branch: str | None
    session_id: UUID | None
    customer_id: UUID | None = Field(description="of a portal user: whose orders they see")

    @classmethod
    def of(cls, actor: Actor) -> MeOut:
        """Present the one who asks."""
        return cls(
            id=actor.id,
            name=actor.name,
            roles=sorted(actor.roles),
            permissions=sorted(actor.permissions),
            department=actor.department,
            branch=actor.branch,
            session_id=actor.session_id,
            customer_id=actor.customer_id,
        )


def own_account(who: Identity) -> StaffOut | PortalUserOut:
    """Present somebody to themselves."""
    return StaffOut.of(who) if isinstance(who, Staff) else PortalUserOut.of(who)
