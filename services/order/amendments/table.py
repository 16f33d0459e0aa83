"""Table of the amendments slice."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.order.metadata import metadata
from services.order.products.line import ProductLine
from shared.db.types import MOMENT, MONEY, SHARE, JsonOf

amendments = sa.Table(
    "contract_amendment",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("contract_id", sa.ForeignKey("contract.id"), nullable=False),
    sa.Column("number", sa.Text, nullable=False, comment="of the contract, and the revision"),
    sa.Column("revision", sa.Integer, nullable=False, comment="that it would become"),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("customer_id", sa.Uuid, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("lines", JsonOf(tuple[ProductLine, ...]), nullable=False),
    sa.Column("terms", sa.Text),
    sa.Column("payment_days", sa.Integer, nullable=False),
    sa.Column("starts_on", sa.Date),
    sa.Column("ends_on", sa.Date),
    sa.Column("total", MONEY, nullable=False),
    sa.Column("total_before", MONEY, nullable=False, comment="of the contract, when proposed"),
    sa.Column("own_prices", sa.Boolean, nullable=False, comment="not all judged in a quote"),
    sa.Column("content_hash", sa.Text, nullable=False, comment="of all that is proposed"),
    sa.Column("agreed_hash", sa.Text, nullable=False, comment="of what the contract would be"),
    sa.Column("authors", ARRAY(sa.Uuid), nullable=False, comment="who proposed it"),
    sa.Column("proposed_at", MOMENT, nullable=False),
    sa.Column("approved_by", sa.Uuid),
    sa.Column("approved_for", sa.Uuid, comment="in whose name, when a deputy did"),
    sa.Column("approved_at", MOMENT),
    sa.Column("price_list_id", sa.Uuid, comment="what its prices were measured by"),
    sa.Column("policy_version", sa.BigInteger, comment="of the discount policy"),
    sa.Column("discount", SHARE, comment="the greatest off the list; null: judged elsewhere"),
    sa.Column("required_role", sa.Text, comment="the least that may approve the discounts"),
    sa.Column("own_authority", sa.Boolean, nullable=False),
    sa.Column("approved_role", sa.Text, comment="whose authority was used"),
    sa.Index("contract_amendment_contract", "contract_id", "id"),
    sa.Index("contract_amendment_customer", "customer_id", "id"),
    sa.Index("contract_amendment_status", "status", "id"),
    sa.Index(
        "contract_amendment_pending",
        "contract_id",
        unique=True,
        postgresql_where=sa.text("status = 'in_approval'"),
    ),
    info={"aggregate": "amendment"},
)
