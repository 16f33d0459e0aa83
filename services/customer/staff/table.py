"""Tables of the staff slice."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.customer.metadata import metadata
from shared.audit.marks import NAMED, PRIVATE, SECRET
from shared.db.types import MOMENT

staff = sa.Table(
    "staff",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("login", sa.Text, nullable=False, unique=True, info=NAMED),
    sa.Column("name", sa.Text, nullable=False, info=NAMED),
    sa.Column("roles", ARRAY(sa.Text), nullable=False),
    sa.Column("position", sa.Text, info=PRIVATE),
    sa.Column("unit_id", sa.Uuid, sa.ForeignKey("unit.id")),
    sa.Column("unit_path", sa.Text),
    sa.Column("department", sa.Text),
    sa.Column("branch", sa.Text),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("password_hash", sa.Text, comment="Argon2id; null: cannot sign in", info=SECRET),
    sa.Column("one_time_until", MOMENT, comment="of a password for one sign-in; null: its own"),
    sa.Column(
        "login_digest", sa.Text, nullable=False, comment="finds who a token names", info=PRIVATE
    ),
    sa.Column("sessions_from", MOMENT, comment="access tokens issued before are void"),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("erased_at", MOMENT, comment="nothing is known about the person since"),
    sa.Index("staff_login_digest", "login_digest"),
    sa.Index("staff_name", "name", "id"),
    sa.Index("staff_unit", "unit_id", "name", "id"),
)
