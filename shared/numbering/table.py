"""Tables of document numbers: what was issued of each range, and the ranges that were adopted."""

from __future__ import annotations

import sqlalchemy as sa

from shared.db.migrations import APPEND_ONLY
from shared.db.types import MOMENT, JsonOf
from shared.numbering.ranges import RangeSet


def numbering_tables(metadata: sa.MetaData) -> tuple[sa.Table, sa.Table, sa.Table]:
    """Declare the counters, the series and their versions in a service's metadata."""
    return _counters(metadata), _series(metadata), _versions(metadata)


def _counters(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "number_range",
        metadata,
        sa.Column("series", sa.Text, primary_key=True),
        sa.Column("branch", sa.Text, primary_key=True, comment="empty: of all others"),
        sa.Column("year", sa.SmallInteger, primary_key=True),
        sa.Column("first", sa.BigInteger, nullable=False, comment="the first that was issued"),
        sa.Column("next", sa.BigInteger, nullable=False),
    )


def _series(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "number_series",
        metadata,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False, comment="the newest of its ranges"),
        sa.Column("series", sa.Text, nullable=False, unique=True),
        info={"aggregate": "number_ranges"},
    )


def _versions(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "number_range_version",
        metadata,
        sa.Column("series", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("content", JsonOf(RangeSet), nullable=False),
        sa.Column("adopted_by", sa.Uuid, nullable=False),
        sa.Column("adopted_at", MOMENT, nullable=False),
        info=APPEND_ONLY,
    )
