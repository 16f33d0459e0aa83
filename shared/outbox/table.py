"""The outbox table. Its columns fit Debezium's outbox event router; published rows are kept, and
the runtime role can neither change nor remove an event: it can only mark it as published."""

from __future__ import annotations

import sqlalchemy as sa

from shared.db.types import MOMENT, JsonText


def outbox_table(metadata: sa.MetaData) -> sa.Table:
    """Declare the outbox in a service's metadata."""
    return sa.Table(
        "outbox",
        metadata,
        sa.Column("seq", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("event_id", sa.Uuid, nullable=False, unique=True),
        sa.Column("aggregate_type", sa.Text, nullable=False),
        sa.Column("aggregate_id", sa.Uuid, nullable=False),
        sa.Column("aggregate_version", sa.BigInteger, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("payload", JsonText, nullable=False),
        sa.Column("headers", JsonText, nullable=False),
        sa.Column("occurred_at", MOMENT, nullable=False),
        sa.Column("published_at", MOMENT),
        sa.UniqueConstraint("aggregate_type", "aggregate_id", "aggregate_version"),
        sa.Index("outbox_unpublished", "seq", postgresql_where=sa.text("published_at IS NULL")),
        info={"rights": ("SELECT", "INSERT", "UPDATE (published_at)")},
    )
