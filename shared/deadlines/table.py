"""The deadline table. A subject has at most one open deadline of a kind."""

from __future__ import annotations

import sqlalchemy as sa

from shared.db.types import MOMENT, JsonText


def deadline_table(metadata: sa.MetaData) -> sa.Table:
    """Declare the table in a service's metadata."""
    open_only = sa.text("done_at IS NULL")
    return sa.Table(
        "deadline",
        metadata,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("payload", JsonText, nullable=False),
        sa.Column("next_try_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("done_at", MOMENT),
        sa.Index("deadline_open", "kind", "subject_id", unique=True, postgresql_where=open_only),
        sa.Index("deadline_next", "next_try_at", postgresql_where=open_only),
    )
