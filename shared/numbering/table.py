"""The table of number ranges: the next serial of each series, branch and year."""

from __future__ import annotations

import sqlalchemy as sa


def numbering_table(metadata: sa.MetaData) -> sa.Table:
    """Declare the number ranges in a service's metadata."""
    return sa.Table(
        "number_range",
        metadata,
        sa.Column("series", sa.Text, primary_key=True),
        sa.Column("branch", sa.Text, primary_key=True),
        sa.Column("year", sa.SmallInteger, primary_key=True),
        sa.Column("next", sa.BigInteger, nullable=False),
    )
