"""Tables of the prices slice."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.opportunity.metadata import metadata
from shared.db.types import MOMENT, MONEY, QUANTITY

price_lists = sa.Table(
    "price_list",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("number", sa.Text, nullable=False, unique=True),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("effective_on", sa.Date, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("authors", ARRAY(sa.Uuid), nullable=False),
    sa.Column("content_hash", sa.Text, nullable=False, comment="what an approval is bound to"),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("approved_by", sa.Uuid),
    sa.Column("approved_for", sa.Uuid, comment="in whose name, when a deputy did"),
    sa.Column("approved_at", MOMENT),
    sa.Column("price_count", sa.Integer, nullable=False, comment="rows in price"),
    sa.Index("price_list_in_force", "currency", "status", "effective_on", "id"),
)

prices = sa.Table(
    "price",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("price_list_id", sa.ForeignKey(price_lists.c.id), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("product_id", sa.ForeignKey("product.id"), nullable=False),
    sa.Column("minimum_quantity", QUANTITY, nullable=False),
    sa.Column("unit_price", MONEY, nullable=False),
    sa.UniqueConstraint("price_list_id", "product_id", "minimum_quantity"),
)
