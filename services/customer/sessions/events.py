"""Session to event payload: whose it is and whether it goes on, not from where."""

from __future__ import annotations

from services.customer.sessions.model import Session
from shared.domain.aggregate import Change
from shared.events.payload import Payload


def payload(session: Session, change: Change) -> Payload:
    """Return the event of ``change`` with the state after it."""
    return change.event(
        session_id=session.id,
        subject_id=session.subject_id,
        status=session.status,
        void_until=session.void_until,
    )
