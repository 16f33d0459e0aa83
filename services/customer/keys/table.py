"""The table of the keys slice."""

from __future__ import annotations

import sqlalchemy as sa

from services.customer.metadata import metadata
from shared.audit.marks import SECRET
from shared.db.types import MOMENT

signing_keys = sa.Table(
    "signing_key",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("kid", sa.Text, nullable=False, unique=True),
    sa.Column(
        "private_key", sa.LargeBinary, nullable=False, comment="Ed25519, 32 bytes", info=SECRET
    ),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("signs_from", MOMENT, nullable=False),
    sa.Column("verifies_until", MOMENT, comment="null: nothing has taken its place yet"),
)
