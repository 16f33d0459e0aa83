"""Tables of the orders slice."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.order.metadata import metadata
from shared.db.types import MOMENT, MONEY, QUANTITY, SHARE

order_number = sa.Sequence("order_number", metadata=metadata)

orders = sa.Table(
    "sales_order",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("number", sa.Text, nullable=False, unique=True),
    sa.Column("chain", sa.Text, nullable=False),
    sa.Column("customer_id", sa.Uuid, nullable=False),
    sa.Column("contract_id", sa.ForeignKey("contract.id")),
    sa.Column("quote_id", sa.Uuid, unique=True),
    sa.Column("opportunity_id", sa.Uuid),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("total", MONEY, nullable=False),
    sa.Column("ordered_on", sa.Date, nullable=False),
    sa.Column("payment_days", sa.Integer, nullable=False),
    sa.Column("agreed_days", sa.Integer, comment="of contract or quote; it is paid no later"),
    sa.Column("note", sa.Text),
    sa.Column("authors", ARRAY(sa.Uuid), nullable=False, comment="all who wrote on it"),
    sa.Column("portal_user_id", sa.Uuid, comment="who placed it, when a customer did"),
    sa.Column("owner_id", sa.Uuid, nullable=False),
    sa.Column("department", sa.Text),
    sa.Column("branch", sa.Text),
    sa.Column("region", sa.Text),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("settlement", sa.Text, comment="how it is covered, once approved"),
    sa.Column("committed", MONEY, nullable=False, comment="its part of the account's committed"),
    sa.Column("credit_used", MONEY, comment="with this order, when it was approved"),
    sa.Column("credit_limit", MONEY, comment="when it was approved"),
    sa.Column("approved_by", sa.Uuid),
    sa.Column("approved_for", sa.Uuid, comment="in whose name, when a deputy did"),
    sa.Column("approved_at", MOMENT),
    sa.Column("reason", sa.Text),
    sa.Column("price_list_id", sa.Uuid, comment="what its prices were measured by"),
    sa.Column("policy_version", sa.BigInteger, comment="of the discount policy"),
    sa.Column("discount", SHARE, comment="the greatest off the list; null: judged elsewhere"),
    sa.Column("required_role", sa.Text, comment="the least that may approve the discounts"),
    sa.Column("own_authority", sa.Boolean, nullable=False),
    sa.Column("approved_role", sa.Text, comment="whose authority was used"),
    sa.Index("sales_order_customer", "customer_id", "id"),
    sa.Index("sales_order_status", "status", "id"),
    sa.Index("sales_order_customer_status", "customer_id", "status", "id"),
    sa.Index("sales_order_owner", "owner_id", "id"),
    sa.Index("sales_order_ordered", "ordered_on", "id"),
    sa.Index(
        "sales_order_contract",
        "contract_id",
        "id",
        postgresql_where=sa.text("contract_id IS NOT NULL"),
    ),
    sa.Index(
        "sales_order_required_role",
        "required_role",
        "id",
        postgresql_where=sa.text("required_role IS NOT NULL"),
    ),
    sa.Index(
        "sales_order_portal_user",
        "portal_user_id",
        "id",
        postgresql_where=sa.text("portal_user_id IS NOT NULL"),
    ),
    sa.CheckConstraint("payment_days <= agreed_days", name="agreed_days"),
    info={"aggregate": "order"},
)

lines = sa.Table(
    "order_line",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("order_id", sa.ForeignKey("sales_order.id"), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("contract_line_id", sa.Uuid),
    sa.Column("product_id", sa.Uuid, nullable=False),
    sa.Column("product_code", sa.Text, nullable=False),
    sa.Column("product_name", sa.Text, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("quantity", QUANTITY, nullable=False),
    sa.Column("unit_price", MONEY, nullable=False),
    sa.Column("discount", SHARE, nullable=False),
    sa.Column("amount", MONEY, nullable=False),
    sa.Column("list_price", MONEY),
    sa.Column("delivered", QUANTITY, nullable=False),
    sa.Column("invoiced", QUANTITY, nullable=False),
    sa.CheckConstraint("delivered >= 0", name="delivered"),
    sa.CheckConstraint("invoiced >= 0", name="invoiced"),
    sa.Index("order_line_order", "order_id", "position"),
)
