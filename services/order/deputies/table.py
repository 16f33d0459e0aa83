"""Table of the deputies slice."""

from __future__ import annotations

import sqlalchemy as sa

from services.order.metadata import metadata

deputies = sa.Table(
    "deputy",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False, comment="of the event it is true for"),
    sa.Column("principal_id", sa.Uuid, nullable=False),
    sa.Column("deputy_id", sa.Uuid, nullable=False),
    sa.Column("starts_on", sa.Date, nullable=False),
    sa.Column("ends_on", sa.Date, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
)
