"""Events about deputies to rows of the replica."""

from __future__ import annotations

from typing import Any

from services.opportunity.deputies.table import deputies
from services.opportunity.replicas import keep_newest
from shared.db.unit_of_work import UnitOfWork
from shared.events.organisation import DeputyAppointed, DeputyRevoked, DeputyState
from shared.inbox.arrival import Received

EVENTS: tuple[type[DeputyState], ...] = (DeputyAppointed, DeputyRevoked)


async def project_deputies(uow: UnitOfWork, batch: list[Received[DeputyState]]) -> None:
    """Keep who stands in for whom, on which days."""
    await keep_newest(uow, deputies, batch, _present)


def _present(received: Received[DeputyState]) -> dict[str, Any]:
    return received.data.model_dump(exclude={"deputyship_id"})
