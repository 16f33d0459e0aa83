"""Tables of the deputies slice."""

from __future__ import annotations

import sqlalchemy as sa

from services.customer.metadata import metadata
from shared.audit.marks import PRIVATE
from shared.db.types import MOMENT

deputies = sa.Table(
    "deputy",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("principal_id", sa.Uuid, sa.ForeignKey("staff.id"), nullable=False),
    sa.Column("deputy_id", sa.Uuid, sa.ForeignKey("staff.id"), nullable=False),
    sa.Column("starts_on", sa.Date, nullable=False),
    sa.Column("ends_on", sa.Date, nullable=False),
    sa.Column("reason", sa.Text, info=PRIVATE),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("appointed_by", sa.Uuid, nullable=False),
    sa.Column("appointed_at", MOMENT, nullable=False),
    sa.Column("revoked_by", sa.Uuid),
    sa.Column("revoked_at", MOMENT),
    sa.CheckConstraint("starts_on <= ends_on", name="days"),
    sa.CheckConstraint("principal_id <> deputy_id", name="people"),
    sa.Index("deputy_principal", "principal_id", "starts_on", "id"),
    sa.Index("deputy_deputy", "deputy_id", "starts_on", "id"),
    sa.Index("deputy_starts_on", "starts_on", "id"),
)
