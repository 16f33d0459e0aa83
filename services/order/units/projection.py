"""Unit events to rows of the replica."""

from __future__ import annotations

from services.order.units.table import units
from shared.db.replica import newer_wins
from shared.db.unit_of_work import UnitOfWork
from shared.events.organisation import UnitState
from shared.inbox.arrival import Received

_upsert = newer_wins(units)


async def project_units(uow: UnitOfWork, events: list[Received[UnitState]]) -> None:
    """Keep the organisation as a tree of paths."""
    rows = [
        {
            "id": event.data.unit_id,
            "version": event.envelope.sequence,
            **event.data.model_dump(exclude={"unit_id"}),
        }
        for event in events
    ]
    await uow.conn.execute(_upsert, rows)
