"""Tables of the contacts slice."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.customer.metadata import metadata
from shared.audit.marks import PRIVATE
from shared.db.types import MOMENT

contacts = sa.Table(
    "contact",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("customer_id", sa.Uuid, sa.ForeignKey("customer.id"), nullable=False),
    sa.Column("name", sa.Text, nullable=False, info=PRIVATE),
    sa.Column("position", sa.Text, info=PRIVATE),
    sa.Column("department", sa.Text, info=PRIVATE),
    sa.Column("phone", sa.Text, info=PRIVATE),
    sa.Column("email", sa.Text, info=PRIVATE),
    sa.Column("wechat", sa.Text, info=PRIVATE),
    sa.Column("birthday", sa.Date, info=PRIVATE),
    sa.Column("roles", ARRAY(sa.Text), nullable=False),
    sa.Column("note", sa.Text, info=PRIVATE),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("primary", sa.Boolean, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("erased_at", MOMENT, comment="nothing is known about the person since"),
    sa.Index("contact_customer", "customer_id", "id"),
    sa.Index("contact_primary", "customer_id", unique=True, postgresql_where=sa.text('"primary"')),
)
