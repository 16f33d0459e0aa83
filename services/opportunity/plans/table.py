"""Tables of the plans slice."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.opportunity.metadata import metadata
from shared.db.types import MOMENT

plans = sa.Table(
    "plan",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("starts_on", sa.Date, nullable=False),
    sa.Column("ends_on", sa.Date, nullable=False),
    sa.Column("owner_id", sa.Uuid, nullable=False),
    sa.Column("department", sa.Text),
    sa.Column("branch", sa.Text),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("authors", ARRAY(sa.Uuid), nullable=False),
    sa.Column("content_hash", sa.Text, nullable=False, comment="what an approval is bound to"),
    sa.Column("due_at", MOMENT, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("visits", sa.Integer),
    sa.Column("calls", sa.Integer),
    sa.Column("messages", sa.Integer),
    sa.Column("submitted_at", MOMENT, comment="for the first time"),
    sa.Column("late", sa.Boolean, nullable=False),
    sa.Column("overdue_at", MOMENT),
    sa.Column("decide_by", MOMENT),
    sa.Column("lead_id", sa.Uuid, comment="the manager it went to"),
    sa.Column("copied", ARRAY(sa.Uuid), nullable=False),
    sa.Column("approved_by", sa.Uuid),
    sa.Column("approved_for", sa.Uuid, comment="in whose name, when a deputy did"),
    sa.Column("approved_at", MOMENT),
    sa.Column("report", sa.Text),
    sa.Column("closed_at", MOMENT),
    sa.Column("archived_by", sa.Uuid),
    sa.Column("archived_at", MOMENT),
    sa.UniqueConstraint("owner_id", "kind", "starts_on"),
    sa.Index("plan_starts", "starts_on", "id"),
    sa.Index("plan_owner_starts", "owner_id", "starts_on", "id"),
)

work_items = sa.Table(
    "work_item",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("plan_id", sa.ForeignKey(plans.c.id), nullable=False, index=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("customer_id", sa.Uuid),
    sa.Column("due_on", sa.Date),
    sa.Column("month_item_id", sa.ForeignKey("work_item.id"), index=True),
    sa.Column("reason", sa.Text),
    sa.Column("goal", sa.Text),
    sa.Column("scheme", sa.Text),
    sa.Column("support", sa.Text),
    sa.Column("result", sa.Text),
)
