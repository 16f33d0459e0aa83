"""Unit to event payload."""

from __future__ import annotations

from services.customer.units.model import Unit
from shared.domain.aggregate import Change
from shared.events.payload import Payload


def payload(unit: Unit, change: Change) -> Payload:
    """Return the event of ``change`` with the unit's state after it."""
    return change.event(
        unit_id=unit.id,
        code=unit.code,
        name=unit.name,
        kind=unit.kind,
        parent_id=unit.parent_id,
        manager_id=unit.manager_id,
        path=unit.path,
        status=unit.status,
    )
