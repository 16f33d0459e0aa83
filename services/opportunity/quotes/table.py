"""Tables of the quotes slice. A row of ``quote`` is one revision."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.opportunity.metadata import metadata
from services.opportunity.opportunities.table import opportunities
from services.opportunity.prices.table import price_lists
from services.opportunity.products.table import products
from services.opportunity.versioned import versioned_table
from shared.auth.discounts import DiscountPolicy
from shared.db.types import MOMENT, MONEY, QUANTITY, SHARE

discount_policies = versioned_table("discount_policy", DiscountPolicy)

policy_heads = sa.Table(
    "discount_policy_head",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False, comment="the newest in discount_policy"),
    info={"aggregate": "discount_policy"},
)

quotes = sa.Table(
    "quote",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("opportunity_id", sa.ForeignKey(opportunities.c.id), nullable=False),
    sa.Column("project_number", sa.Text, nullable=False),
    sa.Column("customer_id", sa.Uuid, nullable=False),
    sa.Column("owner_id", sa.Uuid, nullable=False),
    sa.Column("department", sa.Text),
    sa.Column("branch", sa.Text),
    sa.Column("region", sa.Text),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("chain", sa.Text, nullable=False),
    sa.Column("payment_terms", sa.Text),
    sa.Column("payment_days", sa.Integer, nullable=False),
    sa.Column("valid_until", sa.Date, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("price_list_id", sa.ForeignKey(price_lists.c.id)),
    sa.Column("authors", ARRAY(sa.Uuid), nullable=False),
    sa.Column("drafted_at", MOMENT, nullable=False),
    sa.Column("list_total", MONEY, nullable=False),
    sa.Column("total", MONEY, nullable=False),
    sa.Column("discount", SHARE, nullable=False, comment="off the list, rounded up"),
    sa.Column("content_hash", sa.Text, nullable=False, comment="SHA-256 of the canonical content"),
    sa.Column("copy_of_id", sa.ForeignKey("quote.id")),
    sa.Column("required_role", sa.Text),
    sa.Column("policy_version", sa.ForeignKey(discount_policies.c.version)),
    sa.Column("submitted_by", sa.Uuid),
    sa.Column("submitted_for", sa.Uuid, comment="in whose name, when a deputy did"),
    sa.Column("submitted_at", MOMENT),
    sa.Column("approved_by", sa.Uuid),
    sa.Column("approved_for", sa.Uuid, comment="in whose name, when a deputy did"),
    sa.Column("approved_role", sa.Text),
    sa.Column("approved_hash", sa.Text),
    sa.Column("approved_at", MOMENT),
    sa.Column("own_authority", sa.Boolean, nullable=False),
    sa.Column("sent_at", MOMENT),
    sa.Column("answered_at", MOMENT),
    sa.Column("reason", sa.Text),
    sa.UniqueConstraint("number", "revision"),
    sa.Index(
        "quote_one_current",
        "number",
        unique=True,
        postgresql_where=sa.text("status <> 'superseded'"),
    ),
    sa.Index("quote_opportunity", "opportunity_id", "id"),
    sa.Index("quote_customer", "customer_id", "id"),
    sa.Index("quote_owner", "owner_id", "status", "id"),
    sa.Index("quote_waiting", "status", "required_role", "id"),
)

quote_lines = sa.Table(
    "quote_line",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("quote_id", sa.ForeignKey(quotes.c.id), nullable=False, index=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("product_id", sa.ForeignKey(products.c.id), nullable=False),
    sa.Column("product_code", sa.Text, nullable=False),
    sa.Column("product_name", sa.Text, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("quantity", QUANTITY, nullable=False),
    sa.Column("list_price", MONEY, nullable=False),
    sa.Column("base_price", MONEY, nullable=False, comment="what the discount is taken off"),
    sa.Column("discount", SHARE, nullable=False),
    sa.Column("amount", MONEY, nullable=False),
    sa.Column("standard", sa.Boolean, nullable=False, comment="it stands in the price list"),
    sa.Column("unit_cost", MONEY, comment="when it was priced; never in events"),
)
