"""Tables of the invoices slice."""

from __future__ import annotations

import sqlalchemy as sa

from services.order.metadata import metadata
from shared.db.types import MOMENT, MONEY, QUANTITY, SHARE

invoices = sa.Table(
    "invoice",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("number", sa.Text, unique=True, comment="given when it is issued"),
    sa.Column("customer_id", sa.Uuid, nullable=False),
    sa.Column("contract_id", sa.Uuid),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("payment_days", sa.Integer, nullable=False),
    sa.Column("owner_id", sa.Uuid, nullable=False),
    sa.Column("department", sa.Text),
    sa.Column("branch", sa.Text),
    sa.Column("region", sa.Text),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("total", MONEY, nullable=False),
    sa.Column("open", MONEY, nullable=False),
    sa.Column("prepared_by", sa.Uuid, nullable=False),
    sa.Column("prepared_for", sa.Uuid, comment="in whose name, when a deputy did"),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("checked_by", sa.Uuid),
    sa.Column("checked_for", sa.Uuid, comment="in whose name, when a deputy did"),
    sa.Column("issued_on", sa.Date),
    sa.Column("due_on", sa.Date),
    sa.Column("import_id", sa.Uuid, comment="the import that brought it, if one did"),
    sa.CheckConstraint("open BETWEEN 0 AND total", name="open"),
    sa.Index("invoice_customer", "customer_id", "id"),
    sa.Index("invoice_status", "status", "id"),
    sa.Index(
        "invoice_contract",
        "contract_id",
        "id",
        postgresql_where=sa.text("contract_id IS NOT NULL"),
    ),
    sa.Index(
        "invoice_open",
        "customer_id",
        "currency",
        "due_on",
        "id",
        postgresql_where=sa.text("status IN ('issued', 'partly_settled')"),
    ),
)

invoice_lines = sa.Table(
    "invoice_line",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("invoice_id", sa.ForeignKey("invoice.id"), nullable=False),
    sa.Column("position", sa.SmallInteger, nullable=False),
    sa.Column("order_id", sa.Uuid),
    sa.Column("order_line_id", sa.Uuid),
    sa.Column("delivery_id", sa.Uuid),
    sa.Column("delivery_line_id", sa.Uuid),
    sa.Column("product_id", sa.Uuid, nullable=False),
    sa.Column("product_code", sa.Text, nullable=False),
    sa.Column("product_name", sa.Text, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("quantity", QUANTITY, nullable=False),
    sa.Column("unit_price", MONEY, nullable=False),
    sa.Column("discount", SHARE, nullable=False),
    sa.Column("amount", MONEY, nullable=False),
    sa.CheckConstraint("quantity > 0", name="quantity"),
    sa.Index("invoice_line_invoice", "invoice_id", "position"),
    sa.Index("invoice_line_order", "order_id", postgresql_where=sa.text("order_id IS NOT NULL")),
    sa.Index(
        "invoice_line_delivery",
        "delivery_id",
        postgresql_where=sa.text("delivery_id IS NOT NULL"),
    ),
)
