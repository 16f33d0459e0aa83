"""A session: what one sign-in opened, and every refresh goes on with (RFC 9700, section 4.14)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from shared.domain.aggregate import Aggregate, Change
from shared.domain.ids import new_id
from shared.events.identity import SessionEnded, SessionOpened

#: Access tokens are taken a little longer than they say, since clocks differ.
_LEEWAY = timedelta(minutes=2)
#: No setting lets an access token last longer.
LONGEST_ACCESS = timedelta(days=7)


class SessionStatus(StrEnum):
    """Whether it goes on. One whose time is over stays open, and is of no use."""

    OPEN = "open"
    ENDED = "ended"


class EndReason(StrEnum):
    """Why a session was ended."""

    SIGNED_OUT = "signed_out"
    ENDED_BY_OWNER = "ended_by_owner"
    ENDED_BY_ADMINISTRATOR = "ended_by_administrator"
    NEW_PASSWORD = "new_password"  # noqa: S105
    REFRESH_TOKEN_REUSED = "refresh_token_reused"  # noqa: S105
    LEFT = "left"
    PORTAL_CLOSED = "portal_closed"


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long a session lasts at most, how long without a refresh, and an access token."""

    longest: timedelta
    idle: timedelta
    access: timedelta


@dataclass(kw_only=True)
class Session(Aggregate):
    """Somebody is signed in with a program, from a network. ``expires_at`` moves with each refresh
    up to ``latest_at``, without a new version: using a session does not change it."""

    subject_id: UUID
    client_id: str
    device: str | None
    network: str | None
    status: str
    opened_at: datetime
    used_at: datetime
    expires_at: datetime
    latest_at: datetime
    ended_at: datetime | None = None
    end_reason: str | None = None
    void_until: datetime | None = None

    @classmethod
    def open(
        cls,
        subject_id: UUID,
        client_id: str,
        *,
        device: str | None,
        network: str,
        lasting: Lifetimes,
        at: datetime,
    ) -> tuple[Session, Change]:
        """Begin a session (S214)."""
        session = cls(
            id=new_id(),
            subject_id=subject_id,
            client_id=client_id,
            device=device,
            network=network,
            status=SessionStatus.OPEN,
            opened_at=at,
            used_at=at,
            expires_at=at,
            latest_at=at + lasting.longest,
        )
        session.use(device=device, network=network, lasting=lasting, at=at)
        return session, Change(SessionOpened)

    def goes_on(self, at: datetime) -> bool:
        """Say whether the session may be refreshed."""
        return self.status == SessionStatus.OPEN and at < self.expires_at

    def use(self, *, device: str | None, network: str, lasting: Lifetimes, at: datetime) -> None:
        """Note where it goes on, and for how long it may rest now."""
        self.device, self.network, self.used_at = device, network, at
        self.expires_at = min(at + max(lasting.idle, lasting.access), self.latest_at)

    def end(self, reason: EndReason, lasting: Lifetimes, at: datetime) -> Change:
        """End it before its time; its access tokens are void everywhere."""
        self.status, self.ended_at, self.end_reason = SessionStatus.ENDED, at, reason
        self.void_until = at + lasting.access + _LEEWAY
        return Change(SessionEnded)
