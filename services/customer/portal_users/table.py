"""Table of the portal users slice."""

from __future__ import annotations

import sqlalchemy as sa

from services.customer.metadata import metadata
from shared.audit.marks import PRIVATE, SECRET
from shared.db.types import MOMENT

portal_users = sa.Table(
    "portal_user",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("customer_id", sa.Uuid, sa.ForeignKey("customer.id"), nullable=False),
    sa.Column("login", sa.Text, nullable=False, unique=True, info=PRIVATE),
    sa.Column("name", sa.Text, nullable=False, info=PRIVATE),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("password_hash", sa.Text, comment="Argon2id; null: cannot sign in", info=SECRET),
    sa.Column("one_time_until", MOMENT, comment="of a password for one sign-in; null: its own"),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("erased_at", MOMENT, comment="nothing is known about the person since"),
    sa.Index("portal_user_customer", "customer_id", "id"),
)
