"""Deputy events to rows of the replica."""

from __future__ import annotations

from services.order.deputies.table import deputies
from shared.db.replica import newer_wins
from shared.db.unit_of_work import UnitOfWork
from shared.events.organisation import DeputyState
from shared.inbox.arrival import Received

_upsert = newer_wins(deputies)


async def project_deputies(uow: UnitOfWork, events: list[Received[DeputyState]]) -> None:
    """Keep who stands in for whom, on which days."""
    rows = [
        {
            "id": event.data.deputyship_id,
            "version": event.envelope.sequence,
            **event.data.model_dump(exclude={"deputyship_id"}),
        }
        for event in events
    ]
    await uow.conn.execute(_upsert, rows)
