"""Events about staff to rows of the replica."""

from __future__ import annotations

from typing import Any

from services.opportunity.replicas import keep_newest
from services.opportunity.staff.table import staff
from shared.auth.revocations import sessions_from
from shared.db.unit_of_work import UnitOfWork
from shared.events.staff import StaffChanged, StaffHired, StaffLeft, StaffState
from shared.inbox.arrival import Received

EVENTS: tuple[type[StaffState], ...] = (StaffHired, StaffChanged, StaffLeft)


async def project_staff(uow: UnitOfWork, batch: list[Received[StaffState]]) -> None:
    """Keep who works here, where, and in which roles."""
    await keep_newest(uow, staff, batch, _present)


def _present(received: Received[StaffState]) -> dict[str, Any]:
    member = received.data
    return {
        "name": member.name,
        "roles": list(member.roles),
        "unit_id": member.unit_id,
        "unit_path": member.unit_path,
        "department": member.department,
        "branch": member.branch,
        "status": member.status,
        "login_digest": member.login_digest,
        "sessions_from": sessions_from(member, received.envelope.time),
    }
