"""Tables of the drafts slice."""

from __future__ import annotations

import sqlalchemy as sa

from services.order.metadata import metadata
from shared.audit.marks import PRIVATE
from shared.db.types import MOMENT, QUANTITY

drafts = sa.Table(
    "order_draft",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("customer_id", sa.Uuid, nullable=False),
    sa.Column("portal_user_id", sa.Uuid, nullable=False, comment="whose it is"),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("note", sa.Text, info=PRIVATE),
    sa.Column("order_id", sa.ForeignKey("sales_order.id"), unique=True, comment="once submitted"),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Index("order_draft_portal_user", "portal_user_id", "id"),
)

draft_lines = sa.Table(
    "order_draft_line",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("order_draft_id", sa.ForeignKey("order_draft.id"), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("product_id", sa.Uuid, nullable=False),
    sa.Column("quantity", QUANTITY, nullable=False),
    sa.CheckConstraint("quantity > 0", name="quantity"),
    sa.Index("order_draft_line_draft", "order_draft_id", "position"),
)
