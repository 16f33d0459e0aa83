"""Clients over HTTP: bodies in, bodies out, and the commands they become."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.customer.clients.model import Client, ClientStatus
from services.customer.clients.service import (
    ChangeClient,
    RegisterClient,
    RotateSecret,
    WithSecret,
)
from services.customer.roles.schemas import RoleCode
from shared.http.fields import Input, Name, Output

Roles = Annotated[list[RoleCode], Field(min_length=1, max_length=32, examples=[["integration"]])]
_LONGEST_OVERLAP = 30 * 86400


class ClientIn(Input):
    """Another system that signs in by itself."""

    name: Annotated[Name, Field(examples=["仓库系统"])]
    roles: Roles

    def command(self) -> RegisterClient:
        """Return the command this body stands for."""
        return RegisterClient(self.name, tuple(self.roles))


class ClientPatch(Input):
    """Fields to change; a field left out stays as it is."""

    name: Name = ""  # left out: stays
    roles: Roles = Field(default_factory=list)  # left out: stay

    def command(
        self, client_id: UUID, expected: int | None, tokens_last: timedelta
    ) -> ChangeClient:
        """Return the command this body stands for."""
        return ChangeClient(
            client_id, expected, tokens_last, self.name or None, tuple(self.roles) or None
        )


class RotateSecretIn(Input):
    """How long the present secret is good beside the new one; 0: no longer, and the client's access
    tokens are void as well."""

    overlap_seconds: Annotated[int, Field(strict=True, ge=0, le=_LONGEST_OVERLAP)] = 86400

    def command(
        self, client_id: UUID, expected: int | None, tokens_last: timedelta
    ) -> RotateSecret:
        """Return the command this body stands for."""
        overlap = timedelta(seconds=self.overlap_seconds)
        return RotateSecret(client_id, expected, tokens_last, overlap)


class ClientOut(Output):
    """Another system; its id is its ``client_id``."""

    id: UUID
    version: int
    name: str
    roles: list[str]
    status: ClientStatus
    used_at: datetime | None = Field(description="when it was last given a token")
    created_at: datetime

    @classmethod
    def of(cls, client: Client) -> ClientOut:
        """Present a client."""
        return cls.model_validate(client)


class ClientWithSecretOut(ClientOut):
    """A client with its new secret, which is shown this once: a repeated request does not show it
    again."""

    client_secret: str | None

    @classmethod
    def after(cls, found: WithSecret) -> ClientWithSecretOut:
        """Present a client with its secret."""
        return cls(**ClientOut.of(found.client).model_dump(), client_secret=found.secret)

    @classmethod
    def kept(cls, found: WithSecret) -> ClientWithSecretOut:
        """Present a client without, as it is kept for a repeated request."""
        return cls(**ClientOut.of(found.client).model_dump(), client_secret=None)
