"""Tables of the roles slice."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.customer.metadata import metadata
from shared.db.types import MOMENT

roles = sa.Table(
    "role",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("name_zh", sa.Text, nullable=False),
    sa.Column("permissions", ARRAY(sa.Text), nullable=False),
    sa.Column("reach", sa.Text, nullable=False, comment="whose things it shows"),
    sa.Column("predefined", sa.Boolean, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
)

#: The permissions that were there at a start before: those of a later release are new, and go to
#: the predefined roles once.
known_permissions = sa.Table(
    "known_permission",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("known_from", MOMENT, nullable=False),
)
