"""Tables of the sessions slice."""

from __future__ import annotations

import sqlalchemy as sa

from services.customer.metadata import metadata
from shared.audit.marks import PRIVATE
from shared.db.types import MOMENT

#: Where somebody has signed in from before: a flood of guesses elsewhere does not lock them out.
known_networks = sa.Table(
    "known_network",
    metadata,
    sa.Column("subject_id", sa.Uuid, primary_key=True),
    sa.Column("network", sa.Text, primary_key=True),
    sa.Column("last_sign_in_at", MOMENT, nullable=False),
)

sessions = sa.Table(
    "session",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("subject_id", sa.Uuid, nullable=False, comment="of staff, or a portal user"),
    sa.Column("client_id", sa.Text, nullable=False, comment="the program, as it calls itself"),
    sa.Column("device", sa.Text, comment="kind of program", info=PRIVATE),
    sa.Column("network", sa.Text, comment="of the last use", info=PRIVATE),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("opened_at", MOMENT, nullable=False),
    sa.Column("used_at", MOMENT, nullable=False),
    sa.Column("expires_at", MOMENT, nullable=False, comment="unless it is refreshed before"),
    sa.Column("latest_at", MOMENT, nullable=False, comment="it lasts no longer than this"),
    sa.Column("ended_at", MOMENT),
    sa.Column("end_reason", sa.Text),
    sa.Column("void_until", MOMENT, comment="then its access tokens have expired by themselves"),
    sa.Index("session_open", "subject_id", "id", postgresql_where=sa.text("status = 'open'")),
    sa.Index("session_void", "void_until", postgresql_where=sa.text("void_until IS NOT NULL")),
    sa.Index("session_expires", "expires_at"),
)

#: Every refresh token of a session that goes on; one that was used comes again only if it was
#: stolen.
refresh_tokens = sa.Table(
    "refresh_token",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True, comment="SHA-256 of the token"),
    sa.Column("session_id", sa.Uuid, sa.ForeignKey("session.id"), nullable=False),
    sa.Column("issued_at", MOMENT, nullable=False),
    sa.Column("used_at", MOMENT),
    sa.Index("refresh_token_session", "session_id"),
)
