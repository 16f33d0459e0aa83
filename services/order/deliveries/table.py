"""Tables of the deliveries slice."""

from __future__ import annotations

import sqlalchemy as sa

from services.order.metadata import metadata
from shared.db.types import MOMENT, MONEY, QUANTITY, SHARE

deliveries = sa.Table(
    "delivery",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("number", sa.Text, nullable=False, unique=True),
    sa.Column("chain", sa.Text, nullable=False),
    sa.Column("customer_id", sa.Uuid, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("owner_id", sa.Uuid, nullable=False),
    sa.Column("department", sa.Text),
    sa.Column("branch", sa.Text),
    sa.Column("region", sa.Text),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("total", MONEY, nullable=False),
    sa.Column("tolerance", SHARE, nullable=False, comment="order lines might be exceeded by it"),
    sa.Column("prepared_by", sa.Uuid, nullable=False),
    sa.Column("prepared_for", sa.Uuid, comment="in whose name, when a deputy did"),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("checked_by", sa.Uuid),
    sa.Column("checked_for", sa.Uuid, comment="in whose name, when a deputy did"),
    sa.Column("shipped_on", sa.Date),
    sa.Column("received_on", sa.Date),
    sa.Column("carrier", sa.Text),
    sa.Column("tracking", sa.Text),
    sa.Column("import_id", sa.Uuid, comment="the import that brought it, if one did"),
    sa.Column("price_list_id", sa.Uuid, comment="what its prices were measured by"),
    sa.Column("policy_version", sa.BigInteger, comment="of the discount policy"),
    sa.Column("discount", SHARE, comment="the greatest off the list; null: judged elsewhere"),
    sa.Column("required_role", sa.Text, comment="the least that may approve the discounts"),
    sa.Column("own_authority", sa.Boolean, nullable=False),
    sa.Column("approved_role", sa.Text, comment="whose authority was used"),
    sa.Index("delivery_customer", "customer_id", "id"),
    sa.Index("delivery_status", "status", "id"),
    sa.Index("delivery_customer_status", "customer_id", "status", "id"),
    sa.Index(
        "delivery_required_role",
        "required_role",
        "id",
        postgresql_where=sa.text("required_role IS NOT NULL"),
    ),
)

delivery_lines = sa.Table(
    "delivery_line",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("delivery_id", sa.ForeignKey("delivery.id"), nullable=False),
    sa.Column("position", sa.SmallInteger, nullable=False),
    sa.Column("order_id", sa.Uuid),
    sa.Column("order_line_id", sa.Uuid),
    sa.Column("product_id", sa.Uuid, nullable=False),
    sa.Column("product_code", sa.Text, nullable=False),
    sa.Column("product_name", sa.Text, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("quantity", QUANTITY, nullable=False),
    sa.Column("unit_price", MONEY, nullable=False),
    sa.Column("discount", SHARE, nullable=False),
    sa.Column("amount", MONEY, nullable=False),
    sa.Column("list_price", MONEY),
    sa.CheckConstraint("quantity > 0", name="quantity"),
    sa.Index("delivery_line_delivery", "delivery_id", "position"),
    sa.Index(
        "delivery_line_order",
        "order_id",
        postgresql_where=sa.text("order_id IS NOT NULL"),
    ),
)
