"""Tables of the levels slice."""

from __future__ import annotations

import sqlalchemy as sa

from services.customer.metadata import metadata
from shared.audit.marks import PRIVATE
from shared.db.types import MOMENT

level_proposals = sa.Table(
    "level_proposal",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("customer_id", sa.Uuid, sa.ForeignKey("customer.id"), nullable=False),
    sa.Column("previous_level", sa.Text, comment="the customer's, when it was proposed"),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False, info=PRIVATE),
    sa.Column("content_hash", sa.Text, nullable=False, comment="of customer and both levels"),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("proposed_by", sa.Uuid, nullable=False),
    sa.Column("proposed_for", sa.Uuid, comment="in whose name, when a deputy did"),
    sa.Column("proposed_at", MOMENT, nullable=False),
    sa.Column("ended_at", MOMENT),
    sa.Index("level_proposal_customer", "customer_id", "id"),
    sa.Index(
        "level_proposal_open",
        "customer_id",
        unique=True,
        postgresql_where=sa.text("status = 'submitted'"),
    ),
)
