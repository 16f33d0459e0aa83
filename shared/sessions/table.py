"""The replica of what voids tokens, and how it is asked."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from shared.db.types import MOMENT


def revocation_table(metadata: sa.MetaData) -> sa.Table:
    """Declare the replica in a service's metadata."""
    return sa.Table(
        "revocation",
        metadata,
        sa.Column("id", sa.Uuid, primary_key=True, comment="of a session: the sid of its tokens"),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("gone", sa.Boolean, nullable=False, comment="all its tokens are void"),
        sa.Column("void_before", MOMENT, comment="tokens issued before are void"),
        sa.Column("until", MOMENT, nullable=False, comment="then its tokens have expired"),
        sa.Index("revocation_until", "until"),
    )


def voided(table: sa.Table) -> sa.Select[Any]:
    """Return the query of what is void now: id, whether it is gone, the moment before."""
    return sa.select(table.c.id, table.c.gone, table.c.void_before).where(
        table.c.until > sa.func.now()
    )
