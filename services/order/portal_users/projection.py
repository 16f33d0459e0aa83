"""Portal user events to rows of the replica."""

from __future__ import annotations

from services.order.portal_users.table import portal_users
from shared.db.replica import newer_wins
from shared.db.unit_of_work import UnitOfWork
from shared.events.identity import PortalUserState
from shared.inbox.arrival import Received

_upsert = newer_wins(portal_users)


async def project_portal_users(uow: UnitOfWork, events: list[Received[PortalUserState]]) -> None:
    """Keep whose people may use the portal."""
    rows = [
        {
            "id": event.data.portal_user_id,
            "version": event.envelope.sequence,
            "customer_id": event.data.customer_id,
            "status": event.data.status,
        }
        for event in events
    ]
    await uow.conn.execute(_upsert, rows)
