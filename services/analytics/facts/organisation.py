"""Facts about how the company is organised."""

from __future__ import annotations

from services.analytics.facts.columns import Row, fact_table, text, uuid
from services.analytics.facts.projection import Projection
from shared.events.organisation import UnitState
from shared.inbox.arrival import Received

units = fact_table(
    "unit",
    text("code"),
    text("name"),
    text("kind"),
    uuid("parent_id", optional=True),
    uuid("manager_id", optional=True),
    text("path"),
    text("status"),
)


def _unit(received: Received[UnitState]) -> Row:
    return received.data.model_dump(exclude={"unit_id"})


PROJECTIONS = (Projection(UnitState, units, _unit),)
