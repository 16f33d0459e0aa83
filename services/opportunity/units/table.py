"""Table of the units slice."""

from __future__ import annotations

import sqlalchemy as sa

from services.opportunity.metadata import metadata

units = sa.Table(
    "unit",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False, comment="of the event it is true for"),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("parent_id", sa.Uuid),
    sa.Column("manager_id", sa.Uuid),
    sa.Column("path", sa.Text, nullable=False, comment="codes from the company down: HQ/EAST/"),
    sa.Column("status", sa.Text, nullable=False),
)
