"""Facts about how the company is organised, what its roles permit, and who stands in for whom."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.analytics.facts.columns import Row, day, fact_table, text, uuid
from services.analytics.facts.projection import Projection, RowByRow
from shared.events.organisation import DeputyState, RoleState, UnitState
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
    text("reach", optional=True),
)


deputies = fact_table(
    "deputy",
    uuid("principal_id"),
    uuid("deputy_id"),
    day("starts_on"),
    day("ends_on"),
    text("status"),
)


def _unit(received: Received[UnitState]) -> Row:
    return received.data.model_dump(exclude={"unit_id"})


def _role(received: Received[RoleState]) -> Row:
    role = received.data
    return role.model_dump(exclude={"role_id"}) | {"permissions": list(role.permissions)}


def _deputy(received: Received[DeputyState]) -> Row:
    return received.data.model_dump(exclude={"deputyship_id"})


PROJECTIONS = (
    Projection(UnitState, units, _unit),
    RowByRow(RoleState, roles, _role),
    Projection(DeputyState, deputies, _deputy),
)
