"""Tables of the units slice."""

from __future__ import annotations

import sqlalchemy as sa

from services.customer.metadata import metadata
from shared.db.types import MOMENT

units = sa.Table(
    "unit",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("parent_id", sa.Uuid, sa.ForeignKey("unit.id")),
    sa.Column("manager_id", sa.Uuid, comment="a member of staff"),
    sa.Column("path", sa.Text, nullable=False, comment="codes from the company down: HQ/EAST/"),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.CheckConstraint("(kind = 'company') = (parent_id IS NULL)", name="root"),
    sa.Index("unit_one_company", "kind", unique=True, postgresql_where=sa.text("kind = 'company'")),
    sa.Index("unit_parent", "parent_id", "code"),
    sa.Index("unit_manager", "manager_id"),
)
