"""Tables of the customers slice."""

from __future__ import annotations

import sqlalchemy as sa

from services.customer.metadata import metadata
from shared.audit.marks import NAMED, PRIVATE
from shared.db.migrations import APPEND_ONLY
from shared.db.types import MOMENT, TextLines

customer_number = sa.Sequence("customer_number", metadata=metadata)

customers = sa.Table(
    "customer",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("number", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False, info=NAMED),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("tax_id", sa.Text, info=PRIVATE),
    sa.Column("phone", sa.Text, info=PRIVATE),
    sa.Column("email", sa.Text, info=PRIVATE),
    sa.Column("website", sa.Text, info=PRIVATE),
    sa.Column("industry", sa.Text),
    sa.Column("region", sa.Text),
    sa.Column("address", sa.Text, info=PRIVATE),
    sa.Column("source", sa.Text),
    sa.Column("level", sa.Text),
    sa.Column("note", sa.Text, info=PRIVATE),
    sa.Column("external_id", sa.Text, unique=True),
    sa.Column("owner_id", sa.Uuid, nullable=False),
    sa.Column("department", sa.Text),
    sa.Column("branch", sa.Text),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("erased_at", MOMENT, comment="nothing is known about the person since"),
    sa.Column("name_key", sa.Text, nullable=False, comment="normalised name, for duplicates"),
    sa.Column("search_text", sa.Text, nullable=False, comment="name, pinyin, initials, number"),
    sa.Column(
        "search_terms", TextLines, nullable=False, comment="pieces of search_text, periods of entry"
    ),
    sa.Index("customer_owner", "owner_id", "id"),
    sa.Index("customer_owner_status", "owner_id", "status", "id"),
    sa.Index("customer_status", "status", "id"),
    sa.Index("customer_region", "region", "id"),
    sa.Index("customer_industry", "industry", "id"),
    sa.Index("customer_branch", "branch", "id"),
    sa.Index("customer_department", "department", "id"),
    sa.Index("customer_level", "level", "id", postgresql_where=sa.text("level IS NOT NULL")),
    sa.Index("customer_source", "source", "id", postgresql_where=sa.text("source IS NOT NULL")),
    sa.Index("customer_name", "name", "id"),
    sa.Index("customer_name_key", "name_key"),
    sa.Index("customer_tax_id", "tax_id", postgresql_where=sa.text("tax_id IS NOT NULL")),
    # A stranger's registration may carry any tax id until somebody confirms it.
    sa.Index(
        "customer_tax_id_unique",
        "tax_id",
        unique=True,
        postgresql_where=sa.text(
            "tax_id IS NOT NULL AND status <> 'registered' AND status <> 'rejected'"
        ),
    ),
    sa.Index("customer_phone", "phone", postgresql_where=sa.text("phone IS NOT NULL")),
    sa.Index("customer_search", "search_terms", postgresql_using="gin"),
)

ownership_changes = sa.Table(
    "ownership_change",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("customer_id", sa.Uuid, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, comment="the customer's, after the change"),
    sa.Column("previous_owner_id", sa.Uuid, nullable=False),
    sa.Column("owner_id", sa.Uuid, nullable=False),
    sa.Column("changed_at", MOMENT, nullable=False),
    sa.Column("changed_by", sa.Uuid, nullable=False),
    sa.Column("handover_id", sa.Uuid, comment="the hand-over of all customers it was part of"),
    sa.Index("ownership_change_customer", "customer_id", "id"),
    info=APPEND_ONLY,
)
