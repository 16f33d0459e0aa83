"""Tables of the inbox: what was applied, what is parked, and how far each consumer came."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from shared.db.types import MOMENT, JsonText


class InboxTables(NamedTuple):
    """The tables a service with consumers has."""

    inbox: sa.Table
    parked: sa.Table
    position: sa.Table


def inbox_tables(metadata: sa.MetaData) -> InboxTables:
    """Declare the tables in a service's metadata."""
    return InboxTables(_inbox(metadata), _parked(metadata), _position(metadata))


def _inbox(metadata: sa.MetaData) -> sa.Table:
    # ``seq`` is the order of application; the rows outlive the longest replay.
    return sa.Table(
        "inbox",
        metadata,
        sa.Column("consumer", sa.Text, primary_key=True),
        sa.Column("event_id", sa.Uuid, primary_key=True),
        sa.Column("aggregate_type", sa.Text, nullable=False),
        sa.Column("aggregate_id", sa.Uuid, nullable=False),
        sa.Column("aggregate_version", sa.BigInteger, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("applied_at", MOMENT, nullable=False),
    )


def _parked(metadata: sa.MetaData) -> sa.Table:
    # ``data`` is readable text, mended by people; the exact bytes stay on the bus.
    return sa.Table(
        "parked",
        metadata,
        sa.Column("consumer", sa.Text, primary_key=True),
        sa.Column("event_id", sa.Uuid, primary_key=True),
        sa.Column("seq", sa.BigInteger, sa.Identity(), nullable=False, unique=True),
        sa.Column("type", sa.Text),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("aggregate_type", sa.Text),
        sa.Column("aggregate_id", sa.Uuid),
        sa.Column("aggregate_version", sa.BigInteger),
        sa.Column("headers", JsonText, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("original", JsonText),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("parked_at", MOMENT, nullable=False),
        sa.Column("resolved_at", MOMENT),
        sa.Column("resolution", sa.Text),
        sa.Column("resolved_by", sa.Text),
        sa.Column("note", sa.Text),
        sa.Index(
            "parked_unresolved",
            "consumer",
            "aggregate_id",
            "seq",
            postgresql_where=sa.text("resolved_at IS NULL"),
        ),
    )


def _position(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "consumer_position",
        metadata,
        sa.Column("consumer", sa.Text, primary_key=True),
        sa.Column("topic", sa.Text, primary_key=True),
        sa.Column("partition", sa.Integer, primary_key=True),
        sa.Column("next_offset", sa.BigInteger, nullable=False),
        sa.Column("event_time", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
    )
