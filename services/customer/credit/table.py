"""Tables of the credit slice."""

from __future__ import annotations

import sqlalchemy as sa

from services.customer.metadata import metadata
from shared.audit.marks import PRIVATE
from shared.db.types import MOMENT, MONEY


def _terms() -> list[sa.Column[object]]:
    return [
        sa.Column("settlement", sa.Text, nullable=False),
        sa.Column("limit", MONEY),
        sa.Column("currency", sa.Text),
        sa.Column("valid_until", sa.Date),
        sa.Column("note", sa.Text, info=PRIVATE),
        sa.Column("assessed_by", sa.Uuid, nullable=False),
        sa.Column("assessed_at", MOMENT, nullable=False),
    ]


credit = sa.Table(
    "credit",
    metadata,
    sa.Column("id", sa.Uuid, sa.ForeignKey("customer.id"), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    *_terms(),
)

assessments = sa.Table(
    "credit_assessment",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("customer_id", sa.Uuid, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    *_terms(),
    sa.UniqueConstraint("customer_id", "version"),
    sa.Index("credit_assessment_customer", "customer_id", "id"),
    info={"rights": ("SELECT", "INSERT", "UPDATE (note)")},  # of who is erased
)
