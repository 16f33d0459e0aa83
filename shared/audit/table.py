"""Tables of the audit: entries and seals, which the runtime role can only add to, and the list of
entries that wait for their seal."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from shared.db.migrations import APPEND_ONLY
from shared.db.types import MOMENT, JsonText


class AuditTables(NamedTuple):
    """The tables, as declared in one MetaData."""

    entries: sa.Table
    seals: sa.Table
    unsealed: sa.Table


def audit_tables(metadata: sa.MetaData) -> AuditTables:
    """Declare the audit in a service's metadata."""
    return AuditTables(_entries(metadata), _seals(metadata), _unsealed(metadata))


def _entries(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "audit_entry",
        metadata,
        sa.Column("id", sa.Uuid, primary_key=True, comment="that of the event of the change"),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor_id", sa.Uuid, nullable=False),
        sa.Column("actor_name", sa.Text, nullable=False),
        sa.Column("on_behalf_of", sa.Uuid, comment="whose deputy the actor was"),
        sa.Column("on_behalf_of_name", sa.Text),
        sa.Column("address", sa.Text, comment="of the network; null: from within"),
        sa.Column("client", sa.Text, comment="kind of program, or the part of ours that acted"),
        sa.Column("request_id", sa.Uuid, nullable=False, comment="correlation id of the event"),
        sa.Column("trace_id", sa.Text, comment="W3C trace id, when the caller sent one"),
        sa.Column("event_type", sa.Text, nullable=False),
        sa.Column("aggregate_type", sa.Text, nullable=False),
        sa.Column("aggregate_id", sa.Uuid, nullable=False),
        sa.Column("aggregate_version", sa.BigInteger, nullable=False),
        sa.Column("changes", JsonText, nullable=False, comment="field: [before, after]"),
        sa.Index("audit_entry_aggregate", "aggregate_id", "id"),
        sa.Index("audit_entry_actor", "actor_id", "id"),
        sa.Index("audit_entry_request", "request_id", "id"),
        info=APPEND_ONLY,
    )


def _seals(metadata: sa.MetaData) -> sa.Table:
    # The key is what keeps the chain from forking: there is one seal of each number.
    return sa.Table(
        "audit_seal",
        metadata,
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("entry_id", sa.Uuid, nullable=False, unique=True),
        sa.Column("hash", sa.LargeBinary, nullable=False, comment="SHA-256, see audit/chain.py"),
        info=APPEND_ONLY,
    )


def _unsealed(metadata: sa.MetaData) -> sa.Table:
    # No key and no index: it is written with every change, and nearly empty all the time.
    return sa.Table(
        "audit_unsealed",
        metadata,
        sa.Column("entry_id", sa.Uuid, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        info={"rights": ("SELECT", "INSERT", "DELETE")},
    )
