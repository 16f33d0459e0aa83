"""Table of the stock slice. What a level was true for stands beside it: ``as_of``, and for a level
that another system told its ``source`` and that system's own ``source_sequence``."""

from __future__ import annotations

import sqlalchemy as sa

from services.order.metadata import metadata
from shared.db.types import MOMENT, QUANTITY

stock_levels = sa.Table(
    "stock_level",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("product_code", sa.Text, nullable=False),
    sa.Column("site", sa.Text, nullable=False),
    sa.Column("on_hand", QUANTITY, nullable=False),
    sa.Column("as_of", MOMENT, nullable=False),
    sa.Column("source", sa.Text, comment="the system that told it; null: entered here"),
    sa.Column("source_sequence", sa.BigInteger),
    sa.Column("source_event_id", sa.Uuid),
    sa.Column("entered_by", sa.Uuid),
    sa.UniqueConstraint("product_code", "site"),
    sa.CheckConstraint("(source IS NULL) = (entered_by IS NOT NULL)", name="origin"),
    sa.CheckConstraint("(source IS NULL) = (source_event_id IS NULL)", name="event"),
    sa.Index("stock_level_code", "product_code", "id"),
    sa.Index("stock_level_site", "site", "product_code", "id"),
    sa.Index("stock_level_as_of", "as_of", "id"),
)
