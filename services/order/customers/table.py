"""Tables of the customers slice. Replicas keep the version of the event they are true for."""

from __future__ import annotations

import sqlalchemy as sa

from services.order.metadata import metadata
from shared.db.types import MONEY

customers = sa.Table(
    "customer",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("owner_id", sa.Uuid, nullable=False),
    sa.Column("department", sa.Text),
    sa.Column("branch", sa.Text),
    sa.Column("region", sa.Text),
    sa.Column("external_id", sa.Text),
    sa.Index("customer_number", "number"),
    sa.Index("customer_external_id", "external_id"),
)

credits = sa.Table(
    "credit",
    metadata,
    sa.Column("customer_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("settlement", sa.Text, nullable=False),
    sa.Column("limit_amount", MONEY),
    sa.Column("limit_currency", sa.Text),
    sa.Column("valid_until", sa.Date),
)
