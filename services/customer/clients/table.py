"""Tables of the clients slice."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.customer.metadata import metadata
from shared.audit.marks import SECRET
from shared.db.types import MOMENT

clients = sa.Table(
    "client",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True, comment="its client_id"),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("roles", ARRAY(sa.Text), nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("tokens_from", MOMENT, comment="access tokens issued before are void"),
    sa.Column("void_until", MOMENT, comment="then these have expired by themselves"),
    sa.Column("used_at", MOMENT, comment="when it was last given a token"),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Index("client_name", "name", "id"),
    sa.Index("client_void", "void_until", postgresql_where=sa.text("void_until IS NOT NULL")),
)

client_secrets = sa.Table(
    "client_secret",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("client_id", sa.Uuid, sa.ForeignKey("client.id"), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False, comment="SHA-256", info=SECRET),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("expires_at", MOMENT),
    sa.Index("client_secret_client", "client_id", "position"),
)
