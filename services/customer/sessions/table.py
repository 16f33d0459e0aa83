"""Tables of the sessions slice."""

from __future__ import annotations

import sqlalchemy as sa

from services.customer.metadata import metadata
from shared.db.types import MOMENT

signing_keys = sa.Table(
    "signing_key",
    metadata,
    sa.Column("kid", sa.Text, primary_key=True),
    sa.Column("private_key", sa.LargeBinary, nullable=False, comment="Ed25519, 32 bytes"),
    sa.Column("created_at", MOMENT, nullable=False),
)

#: Where somebody has signed in from before: a flood of guesses elsewhere does not lock them out.
known_networks = sa.Table(
    "known_network",
    metadata,
    sa.Column("staff_id", sa.Uuid, primary_key=True),
    sa.Column("network", sa.Text, primary_key=True),
    sa.Column("last_sign_in_at", MOMENT, nullable=False),
)
