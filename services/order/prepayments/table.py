"""Tables of the prepayments slice. Movements are only ever added."""

from __future__ import annotations

import sqlalchemy as sa

from services.order.metadata import metadata
from shared.db.migrations import APPEND_ONLY
from shared.db.types import MOMENT, MONEY

prepayments = sa.Table(
    "prepayment",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("customer_id", sa.Uuid, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("balance", MONEY, nullable=False),
    sa.Column("held", MONEY, nullable=False),
    sa.Column("opened_at", MOMENT, nullable=False),
    sa.UniqueConstraint("customer_id", "currency"),
    sa.CheckConstraint("held >= 0", name="held"),
    sa.CheckConstraint("balance >= held", name="available"),
    sa.Index("prepayment_currency", "currency", "id"),
)

movements = sa.Table(
    "prepayment_movement",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("prepayment_id", sa.ForeignKey("prepayment.id"), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("amount", MONEY, nullable=False),
    sa.Column("balance", MONEY, nullable=False, comment="after the movement"),
    sa.Column("held", MONEY, nullable=False, comment="after the movement"),
    sa.Column("order_id", sa.Uuid),
    sa.Column("invoice_id", sa.Uuid),
    sa.Column("allocation_id", sa.Uuid),
    sa.Column("receipt_id", sa.Uuid),
    sa.Column("note", sa.Text),
    sa.Column("made_by", sa.Uuid, nullable=False),
    sa.Column("made_at", MOMENT, nullable=False),
    sa.UniqueConstraint("prepayment_id", "version"),
    sa.CheckConstraint("amount > 0", name="amount"),
    sa.CheckConstraint("held >= 0 AND balance >= held", name="balance"),
    sa.Index(
        "prepayment_movement_order",
        "order_id",
        postgresql_where=sa.text("order_id IS NOT NULL"),
    ),
    info=APPEND_ONLY,
)
