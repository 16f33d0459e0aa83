"""Table of the staff slice."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.order.metadata import metadata
from shared.audit.marks import PRIVATE
from shared.db.types import MOMENT

staff = sa.Table(
    "staff",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("roles", ARRAY(sa.Text), nullable=False),
    sa.Column("unit_id", sa.Uuid),
    sa.Column("unit_path", sa.Text),
    sa.Column("department", sa.Text),
    sa.Column("branch", sa.Text),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("login_digest", sa.Text, comment="finds who a token names", info=PRIVATE),
    sa.Column("sessions_from", MOMENT, comment="access tokens issued before are void"),
    sa.Index("staff_login_digest", "login_digest"),
)
