"""Tables of the receipts slice."""

from __future__ import annotations

import sqlalchemy as sa

from services.order.metadata import metadata
from shared.audit.marks import PRIVATE
from shared.db.types import MOMENT, MONEY

receipts = sa.Table(
    "receipt",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("number", sa.Text, nullable=False, unique=True),
    sa.Column("customer_id", sa.Uuid, nullable=False),
    sa.Column("amount", MONEY, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("method", sa.Text, nullable=False),
    sa.Column("received_on", sa.Date, nullable=False),
    sa.Column("handler_id", sa.Uuid, nullable=False),
    sa.Column("account", sa.Text, info=PRIVATE),
    sa.Column("note", sa.Text),
    sa.Column("owner_id", sa.Uuid, nullable=False),
    sa.Column("department", sa.Text),
    sa.Column("branch", sa.Text),
    sa.Column("region", sa.Text),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("unallocated", MONEY, nullable=False),
    sa.Column("credited", MONEY, nullable=False, comment="moved to the prepayment account"),
    sa.Column("recorded_by", sa.Uuid, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("import_id", sa.Uuid, comment="the import that brought it, if one did"),
    sa.CheckConstraint("amount > 0", name="amount"),
    sa.CheckConstraint("unallocated BETWEEN 0 AND amount", name="unallocated"),
    sa.Index("receipt_customer", "customer_id", "id"),
    sa.Index("receipt_received", "received_on", "id"),
    sa.Index("receipt_status", "status", "id"),
    sa.Index("receipt_customer_status", "customer_id", "status", "id"),
)

allocations = sa.Table(
    "allocation",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("customer_id", sa.Uuid, nullable=False),
    sa.Column("receipt_id", sa.ForeignKey("receipt.id")),
    sa.Column("prepayment_id", sa.Uuid),
    sa.Column("invoice_id", sa.ForeignKey("invoice.id"), nullable=False),
    sa.Column("amount", MONEY, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("allocated_on", sa.Date, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("owner_id", sa.Uuid, nullable=False),
    sa.Column("department", sa.Text),
    sa.Column("branch", sa.Text),
    sa.Column("region", sa.Text),
    sa.Column("made_by", sa.Uuid, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.CheckConstraint("amount > 0", name="amount"),
    sa.CheckConstraint("(receipt_id IS NULL) <> (prepayment_id IS NULL)", name="source"),
    sa.Index("allocation_receipt", "receipt_id", "id"),
    sa.Index("allocation_invoice", "invoice_id", "id"),
    sa.Index("allocation_customer", "customer_id", "id"),
)
