"""Tables of the ledger. The service may read them and add to them, nothing else."""

from __future__ import annotations

import sqlalchemy as sa

from services.order.metadata import metadata
from shared.db.migrations import APPEND_ONLY
from shared.db.types import MOMENT, MONEY

voucher_number = sa.Sequence("voucher_number", metadata=metadata)

journals = sa.Table(
    "journal",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("number", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("source_type", sa.Text, nullable=False),
    sa.Column("source_id", sa.Uuid, nullable=False),
    sa.Column("customer_id", sa.Uuid, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("posted_on", sa.Date, nullable=False),
    sa.Column("posted_by", sa.Uuid, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.UniqueConstraint("source_type", "source_id", "kind"),
    info={**APPEND_ONLY, "aggregate": "voucher", "audited": False},
)

postings = sa.Table(
    "posting",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("journal_id", sa.ForeignKey("journal.id"), nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("customer_id", sa.Uuid, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("amount", MONEY, nullable=False, comment="debit positive, credit negative"),
    sa.Column("posted_on", sa.Date, nullable=False),
    sa.Index("posting_journal", "journal_id"),
    sa.Index("posting_customer", "customer_id", "account", "posted_on", "id"),
    sa.Index("posting_account", "account", "posted_on", "id"),
    sa.Index("posting_day", "posted_on", "id"),
    info=APPEND_ONLY,
)
