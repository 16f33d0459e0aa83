"""Table of the expenses slice."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.order.metadata import metadata
from shared.db.types import MOMENT, MONEY

expenses = sa.Table(
    "expense",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("number", sa.Text, nullable=False, unique=True),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("payee", sa.Text, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("amount", MONEY, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("customer_id", sa.Uuid),
    sa.Column("contract_id", sa.ForeignKey("contract.id")),
    sa.Column("opportunity_id", sa.Uuid, comment="the project it is spent on"),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("authors", ARRAY(sa.Uuid), nullable=False, comment="all who wrote or submitted it"),
    sa.Column("owner_id", sa.Uuid, nullable=False),
    sa.Column("department", sa.Text),
    sa.Column("branch", sa.Text),
    sa.Column("region", sa.Text),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("content_hash", sa.Text, comment="of what was submitted"),
    sa.Column("approved_by", sa.Uuid, comment="who had the last word"),
    sa.Column("approved_for", sa.Uuid, comment="in whose name, when a deputy did"),
    sa.Column("approved_at", MOMENT),
    sa.Column("settled", MONEY, comment="what was really paid"),
    sa.Column("settled_on", sa.Date),
    sa.Column("settled_by", sa.Uuid),
    sa.Column("settled_for", sa.Uuid, comment="in whose name, when a deputy did"),
    sa.Column("reason", sa.Text),
    sa.Index("expense_owner", "owner_id", "id"),
    sa.Index("expense_status", "status", "id"),
    sa.Index("expense_customer", "customer_id", "id"),
    sa.Index("expense_contract", "contract_id", "id"),
    sa.CheckConstraint("amount > 0", name="amount"),
    sa.CheckConstraint("settled > 0 AND settled <= amount", name="settled"),
)
