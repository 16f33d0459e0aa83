"""Role events to rows of the replica, by which tokens permit something."""

from __future__ import annotations

from services.order.roles.table import roles
from shared.db.replica import newer_wins
from shared.db.unit_of_work import UnitOfWork
from shared.events.organisation import RoleState
from shared.inbox.arrival import Received

_upsert = newer_wins(roles)


async def project_roles(uow: UnitOfWork, events: list[Received[RoleState]]) -> None:
    """Keep what each role permits."""
    rows = [
        {
            "id": event.data.role_id,
            "version": event.envelope.sequence,
            **event.data.model_dump(exclude={"role_id"}),
            "permissions": list(event.data.permissions),
        }
        for event in events
    ]
    await uow.conn.execute(_upsert, rows)
