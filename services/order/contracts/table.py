"""Tables of the contracts slice: the register of contracts (合同台账, S132)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.order.contracts.content import Content
from services.order.metadata import metadata
from shared.db.migrations import APPEND_ONLY
from shared.db.types import MOMENT, MONEY, QUANTITY, SHARE, JsonOf

contracts = sa.Table(
    "contract",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("number", sa.Text, nullable=False, unique=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("customer_id", sa.Uuid, nullable=False),
    sa.Column("quote_id", sa.Uuid, unique=True),
    sa.Column("opportunity_id", sa.Uuid),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("total", MONEY, nullable=False),
    sa.Column("terms", sa.Text),
    sa.Column("payment_days", sa.Integer, nullable=False),
    sa.Column("starts_on", sa.Date),
    sa.Column("ends_on", sa.Date),
    sa.Column("authors", ARRAY(sa.Uuid), nullable=False, comment="all who wrote on it"),
    sa.Column("owner_id", sa.Uuid, nullable=False),
    sa.Column("department", sa.Text),
    sa.Column("branch", sa.Text),
    sa.Column("region", sa.Text),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("round", sa.Integer, nullable=False, comment="rounds of countersigning so far"),
    sa.Column("revision", sa.Integer, nullable=False, comment="1, and one more each amendment"),
    sa.Column("content_hash", sa.Text, comment="of what was submitted"),
    sa.Column("approved_hash", sa.Text, comment="of what was approved"),
    sa.Column("approved_by", sa.Uuid),
    sa.Column("approved_for", sa.Uuid, comment="in whose name, when a deputy did"),
    sa.Column("approved_at", MOMENT),
    sa.Column("signed_on", sa.Date),
    sa.Column("signer", sa.Text),
    sa.Column("customer_signer", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("price_list_id", sa.Uuid, comment="what its prices were measured by"),
    sa.Column("policy_version", sa.BigInteger, comment="of the discount policy"),
    sa.Column("discount", SHARE, comment="the greatest off the list; null: judged elsewhere"),
    sa.Column("required_role", sa.Text, comment="the least that may approve the discounts"),
    sa.Column("own_authority", sa.Boolean, nullable=False),
    sa.Column("approved_role", sa.Text, comment="whose authority was used"),
    sa.Index("contract_customer", "customer_id", "id"),
    sa.Index("contract_owner", "owner_id", "id"),
    sa.Index("contract_status", "status", "id"),
    sa.Index("contract_customer_status", "customer_id", "status", "id"),
    sa.Index(
        "contract_required_role",
        "required_role",
        "id",
        postgresql_where=sa.text("required_role IS NOT NULL"),
    ),
)

lines = sa.Table(
    "contract_line",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("contract_id", sa.ForeignKey("contract.id"), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("product_id", sa.Uuid, nullable=False),
    sa.Column("product_code", sa.Text, nullable=False),
    sa.Column("product_name", sa.Text, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("quantity", QUANTITY, nullable=False),
    sa.Column("unit_price", MONEY, nullable=False),
    sa.Column("discount", SHARE, nullable=False),
    sa.Column("amount", MONEY, nullable=False),
    sa.Column("list_price", MONEY),
    sa.Index("contract_line_contract", "contract_id", "position"),
)

#: What was agreed before an amendment; what is agreed now stands in the contract (S129).
superseded = sa.Table(
    "contract_revision",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("contract_id", sa.ForeignKey("contract.id"), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("content", JsonOf(Content), nullable=False),
    sa.Column("total", MONEY, nullable=False),
    sa.Column("content_hash", sa.Text, nullable=False),
    sa.Column("approved_by", sa.Uuid, nullable=False),
    sa.Column("approved_for", sa.Uuid, comment="in whose name, when a deputy did"),
    sa.Column("approved_at", MOMENT, nullable=False),
    sa.Column("superseded_at", MOMENT, nullable=False),
    sa.UniqueConstraint("contract_id", "revision"),
    info=APPEND_ONLY,
)
