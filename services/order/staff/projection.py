"""Staff events to rows of the replica."""

from __future__ import annotations

from services.order.staff.table import staff
from shared.auth.revocations import sessions_from
from shared.db.replica import newer_wins
from shared.db.unit_of_work import UnitOfWork
from shared.events.staff import StaffState
from shared.inbox.arrival import Received

_upsert = newer_wins(staff)


async def project_staff(uow: UnitOfWork, events: list[Received[StaffState]]) -> None:
    """Keep who works here, in which place and with which roles."""
    rows = [
        {
            "id": event.data.staff_id,
            "version": event.envelope.sequence,
            "name": event.data.name,
            "roles": list(event.data.roles),
            "unit_id": event.data.unit_id,
            "unit_path": event.data.unit_path,
            "department": event.data.department,
            "branch": event.data.branch,
            "status": event.data.status,
            "login_digest": event.data.login_digest,
            "sessions_from": sessions_from(event.data, event.envelope.time),
        }
        for event in events
    ]
    await uow.conn.execute(_upsert, rows)
