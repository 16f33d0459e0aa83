"""Tables of the prices slice: every version that came into force, as documents refer to them."""

from __future__ import annotations

import sqlalchemy as sa

from services.order.metadata import metadata
from shared.auth.discounts import DiscountPolicy
from shared.db.types import MOMENT, MONEY, QUANTITY, JsonOf

price_lists = sa.Table(
    "price_list",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("effective_on", sa.Date, nullable=False),
    sa.Column("approved_at", MOMENT, nullable=False),
    sa.Index("price_list_in_force", "currency", "effective_on", "approved_at"),
)

list_prices = sa.Table(
    "list_price",
    metadata,
    sa.Column("price_list_id", sa.ForeignKey("price_list.id"), primary_key=True),
    sa.Column("product_id", sa.Uuid, primary_key=True),
    sa.Column("minimum_quantity", QUANTITY, primary_key=True),
    sa.Column("unit_price", MONEY, nullable=False),
)

discount_policies = sa.Table(
    "discount_policy",
    metadata,
    sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("content", JsonOf(DiscountPolicy), nullable=False),
)
