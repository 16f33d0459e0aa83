"""The register of what was done at somebody's request: which data were given out or erased, by whom
and why (GDPR Art. 5, PIPL 第五十五条)."""

from __future__ import annotations

import sqlalchemy as sa

from shared.db.migrations import APPEND_ONLY
from shared.db.types import MOMENT


def request_table(metadata: sa.MetaData) -> sa.Table:
    """Declare the register in a service's metadata."""
    return sa.Table(
        "subject_request",
        metadata,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False, comment="export or erasure"),
        sa.Column("subject_type", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("handled_by", sa.Uuid, nullable=False),
        sa.Column("handled_for", sa.Uuid, comment="in whose name, when a deputy did"),
        sa.Column("handled_at", MOMENT, nullable=False),
        sa.Column("request_id", sa.Uuid, nullable=False, comment="of the HTTP request"),
        sa.Index("subject_request_subject", "subject_id", "id"),
        info=APPEND_ONLY,
    )
