"""A client: another system with roles, that signs in with a secret (RFC 6749, section 4.4)."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.customer.clients.errors import ClientStateError
from shared.domain.aggregate import Aggregate, Change
from shared.domain.ids import new_id
from shared.events.identity import ClientChanged, ClientDisabled, ClientRegistered

#: Tokens are taken a little longer than they say, since clocks differ.
_LEEWAY = timedelta(minutes=2)


class ClientStatus(StrEnum):
    """Whether it may sign in."""

    ACTIVE = "active"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """The digest of a secret; ``expires_at`` once another has taken its place."""

    id: UUID
    digest: bytes = field(repr=False)
    created_at: datetime
    expires_at: datetime | None = None


@dataclass(kw_only=True)
class Client(Aggregate):
    """Another system. Access tokens issued before ``tokens_from`` are void, and have all expired
    at ``void_until``."""

    name: str
    roles: list[str]
    status: str
    secrets: tuple[ClientSecret, ...]
    tokens_from: datetime | None = None
    void_until: datetime | None = None
    used_at: datetime | None = None
    created_at: datetime

    @classmethod
    def register(
        cls, name: str, roles: Iterable[str], digest: bytes, at: datetime
    ) -> tuple[Client, Change]:
        """Let another system sign in (S214)."""
        client = cls(
            id=new_id(),
            name=name,
            roles=sorted(set(roles)),
            status=ClientStatus.ACTIVE,
            secrets=(ClientSecret(new_id(), digest, at),),
            created_at=at,
        )
        return client, Change(ClientRegistered)

    def accepts(self, digest: bytes, at: datetime) -> bool:
        """Say whether it may sign in with a secret."""
        fits = [
            hmac.compare_digest(each.digest, digest)
            for each in self.secrets
            if each.expires_at is None or at < each.expires_at
        ]
        return any(fits) and self.status == ClientStatus.ACTIVE

    def change(
        self, at: datetime, tokens_last: timedelta, *, name: str, roles: Iterable[str]
    ) -> Change:
        """Replace name and roles; what tokens say of them is void from now on."""
        self.name, self.roles = name, sorted(set(roles))
        self._void(at, tokens_last)
        return Change(ClientChanged)

    def rotate(
        self, digest: bytes, overlap: timedelta, at: datetime, tokens_last: timedelta
    ) -> Change:
        """Take a new secret; those before it are good for ``overlap``. Without any, somebody else
        may have them: tokens are void too.

        Raises:
            ClientStateError: it is disabled.
        """
        self._require(ClientStatus.ACTIVE)
        ends = at + overlap
        kept = [
            replace(each, expires_at=min(each.expires_at or ends, ends))
            for each in self.secrets
            if overlap and (each.expires_at is None or at < each.expires_at)
        ]
        self.secrets = (*kept[-1:], ClientSecret(new_id(), digest, at))
        if not overlap:
            self._void(at, tokens_last)
        return Change(ClientChanged)

    def disable(self, at: datetime, tokens_last: timedelta) -> Change:
        """Let it sign in no more.

        Raises:
            ClientStateError: it is disabled already.
        """
        self._require(ClientStatus.ACTIVE)
        self.status = ClientStatus.DISABLED
        self._void(at, tokens_last)
        return Change(ClientDisabled)

    def enable(self) -> Change:
        """Let it sign in again; tokens from before stay void.

        Raises:
            ClientStateError: it is not disabled.
        """
        self._require(ClientStatus.DISABLED)
        self.status = ClientStatus.ACTIVE
        return Change(ClientChanged)

    def _void(self, at: datetime, tokens_last: timedelta) -> None:
        self.tokens_from, self.void_until = at, at + tokens_last + _LEEWAY

    def _require(self, status: ClientStatus) -> None:
        if self.status != status:
            raise ClientStateError(f"The client is {self.status}.")
