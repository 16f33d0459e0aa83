"""Table of the payments slice: which payment of which system became which receipt."""

from __future__ import annotations

import sqlalchemy as sa

from services.order.metadata import metadata
from shared.db.migrations import APPEND_ONLY
from shared.db.types import MOMENT, MONEY

external_payments = sa.Table(
    "external_payment",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("reference", sa.Text, primary_key=True),
    sa.Column("customer_number", sa.Text, nullable=False),
    sa.Column("amount", MONEY, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("received_on", sa.Date, nullable=False),
    sa.Column("receipt_id", sa.ForeignKey("receipt.id"), nullable=False, unique=True),
    sa.Column("source_event_id", sa.Uuid, nullable=False, unique=True),
    sa.Column("taken_at", MOMENT, nullable=False),
    info=APPEND_ONLY,
)
