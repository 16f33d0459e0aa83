"""Staff to event payload: names and places, never logins (but a digest) or passwords."""

from __future__ import annotations

from services.customer.staff.model import Staff
from shared.auth.trust import login_digest
from shared.domain.aggregate import Change
from shared.events.payload import Payload


def payload(staff: Staff, change: Change) -> Payload:
    """Return the event of ``change`` with the person's state after it."""
    return change.event(
        staff_id=staff.id,
        name=staff.name,
        roles=tuple(staff.roles),
        department=staff.department,
        branch=staff.branch,
        status=staff.status,
        unit_id=staff.unit_id,
        unit_path=staff.unit_path,
        position=staff.position,
        login_digest=login_digest(staff.login),
        **change.detail,
    )
