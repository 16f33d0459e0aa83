"""The table of the timeline, in a schema of its own, so that a replay can build it anew."""

from __future__ import annotations

import sqlalchemy as sa

from services.customer.metadata import metadata
from shared.db.types import MOMENT, MONEY

SCHEMA = "timeline"

entries = sa.Table(
    "entry",
    metadata,
    sa.Column("event_id", sa.Uuid, primary_key=True),
    sa.Column("customer_id", sa.Uuid, nullable=False),
    sa.Column("happened_at", MOMENT, nullable=False),
    sa.Column("service", sa.Text, nullable=False, comment="whose event it is"),
    sa.Column("document", sa.Text, nullable=False, comment="order, invoice, …"),
    sa.Column("kind", sa.Text, nullable=False, comment="order.approved, …"),
    sa.Column("document_id", sa.Uuid, nullable=False),
    sa.Column("number", sa.Text),
    sa.Column("state", sa.Text, comment="status, stage, or kind of activity"),
    sa.Column("amount", MONEY),
    sa.Column("currency", sa.Text),
    sa.Column("actor_id", sa.Uuid, nullable=False),
    sa.Index("entry_customer", "customer_id", "happened_at", "event_id"),
    sa.Index("entry_customer_document", "customer_id", "document", "happened_at", "event_id"),
    schema=SCHEMA,
)
