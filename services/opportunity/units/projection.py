"""Events about units to rows of the replica."""

from __future__ import annotations

from typing import Any

from services.opportunity.replicas import keep_newest
from services.opportunity.units.table import units
from shared.db.unit_of_work import UnitOfWork
from shared.events.organisation import UnitChanged, UnitClosed, UnitMoved, UnitOpened, UnitState
from shared.inbox.arrival import Received

EVENTS: tuple[type[UnitState], ...] = (UnitOpened, UnitChanged, UnitMoved, UnitClosed)


async def project_units(uow: UnitOfWork, batch: list[Received[UnitState]]) -> None:
    """Keep the organisation as a tree of paths."""
    await keep_newest(uow, units, batch, _present)


def _present(received: Received[UnitState]) -> dict[str, Any]:
    return received.data.model_dump(exclude={"unit_id"})
