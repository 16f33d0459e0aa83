"""Facts about how the company is organised, and about what its roles permit."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.analytics.facts.columns import Row, fact_table, text, uuid
from services.analytics.facts.projection import Projection, RowByRow
from shared.events.organisation import RoleState, UnitState
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


roles = fact_table(
    "role",
    text("code"),
    text("name"),
    text("name_zh"),
    sa.Column("permissions", ARRAY(sa.Text), nullable=False),
    sa.Column("predefined", sa.Boolean, nullable=False),
    text("status"),
)


def _unit(received: Received[UnitState]) -> Row:
    return received.data.model_dump(exclude={"unit_id"})


def _role(received: Received[RoleState]) -> Row:
    role = received.data
    return role.model_dump(exclude={"role_id"}) | {"permissions": list(role.permissions)}


PROJECTIONS = (
    Projection(UnitState, units, _unit),
    RowByRow(RoleState, roles, _role),
)
