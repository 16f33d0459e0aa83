"""Sign-in over HTTP."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.domain.actor import Actor
from shared.http.fields import Output


class TokenOut(Output):
    """A successful answer after RFC 6749, section 5.1."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105
    expires_in: int = Field(description="seconds", examples=[28800])


class RefusalOut(Output):
    """A refusal after RFC 6749, section 5.2."""

    error: str
    error_description: str


class KeySetOut(Output):
    """A JSON Web Key Set (RFC 7517) with public keys only."""

    keys: list[dict[str, str]]


class MeOut(Output):
    """Who is signed in, and what they may do in this service."""

    id: UUID
    name: str
    roles: list[str]
    permissions: list[str]
    department: str | None
    branch: str | None

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
        )
