"""Events about who is signed in: sessions, never tokens, addresses or secrets."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from shared.events.payload import Payload, event


class SessionState(Payload):
    """A session: what one sign-in opened. When it has ended, every service refuses its access
    tokens until ``void_until``, when the last of them has expired by itself."""

    session_id: UUID
    subject_id: UUID
    status: str  # open, ended
    void_until: datetime | None = None


@event("crm.customer.session.opened.v1")
class SessionOpened(SessionState):
    """Somebody signed in (S214)."""


@event("crm.customer.session.ended.v1")
class SessionEnded(SessionState):
    """A session was ended before its time."""
