"""Table of the accounts slice: the row that is locked before any money is promised."""

from __future__ import annotations

import sqlalchemy as sa

from services.order.metadata import metadata
from shared.db.types import MONEY

accounts = sa.Table(
    "account",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("customer_id", sa.Uuid, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("receivable", MONEY, nullable=False, comment="open invoices"),
    sa.Column("committed", MONEY, nullable=False, comment="uncovered approved orders, uninvoiced"),
    sa.UniqueConstraint("customer_id", "currency"),
    sa.CheckConstraint("receivable >= 0", name="receivable"),
    sa.CheckConstraint("committed >= 0", name="committed"),
)
