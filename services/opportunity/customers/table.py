"""Tables of the customers slice."""

from __future__ import annotations

import sqlalchemy as sa

from services.opportunity.metadata import metadata

customers = sa.Table(
    "customer",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False, comment="of the event it is true for"),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("level", sa.Text),
    sa.Column("region", sa.Text),
    sa.Column("owner_id", sa.Uuid, nullable=False),
    sa.Column("department", sa.Text),
    sa.Column("branch", sa.Text),
)

#: Who the contacts are stays in the customer service.
contacts = sa.Table(
    "contact",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False, comment="of the event it is true for"),
    sa.Column("customer_id", sa.Uuid, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
)
