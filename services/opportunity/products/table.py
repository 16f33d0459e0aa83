"""Tables of the products slice."""

from __future__ import annotations

import sqlalchemy as sa

from services.opportunity.metadata import metadata
from shared.db.types import MOMENT, MONEY

products = sa.Table(
    "product",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("line", sa.Text),
    sa.Column("category", sa.Text),
    sa.Column("cost_price", MONEY),
    sa.Column("cost_currency", sa.Text),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Index("product_status", "status", "code"),
    sa.Index("product_line", "line", "code"),
    sa.Index("product_category", "category", "code"),
)

#: The newest facts that another system told of a product.
product_feeds = sa.Table(
    "product_feed",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("source_sequence", sa.BigInteger, nullable=False),
    sa.Column("source_event_id", sa.Uuid, nullable=False),
    sa.Column("told_at", MOMENT, nullable=False),
)
