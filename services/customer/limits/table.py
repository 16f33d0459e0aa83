"""The table of attempts."""

from __future__ import annotations

import sqlalchemy as sa

from services.customer.metadata import metadata
from shared.db.types import MOMENT

attempts = sa.Table(
    "attempt",
    metadata,
    sa.Column("scope", sa.Text, primary_key=True, comment="which limit"),
    sa.Column("subject", sa.Text, primary_key=True, comment="a hash of who is limited"),
    sa.Column("since", MOMENT, nullable=False, comment="start of the window"),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Index("attempt_since", "since"),
)
