"""Table of the portal users slice."""

from __future__ import annotations

import sqlalchemy as sa

from services.order.metadata import metadata

portal_users = sa.Table(
    "portal_user",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False, comment="of the event it is true for"),
    sa.Column("customer_id", sa.Uuid, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
)
