"""initial."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "cb50506cf4bc"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.execute(sa.schema.CreateSequence(sa.Sequence("customer_number")))
    op.create_table(
        "customer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("tax_id", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("industry", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("branch", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False, comment="normalised name, for duplicates"),
        sa.Column(
            "search_text", sa.Text(), nullable=False, comment="name, pinyin, initials, number"
        ),
        sa.Column(
            "search_terms",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            comment="pieces of search_text",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("customer_pkey")),
        sa.UniqueConstraint("external_id", name=op.f("customer_external_id_key")),
        sa.UniqueConstraint("number", name=op.f("customer_number_key")),
    )
    op.create_index("customer_name_key", "customer", ["name_key"], unique=False)
    op.create_index("customer_owner", "customer", ["owner_id", "id"], unique=False)
    op.create_index(
        "customer_phone",
        "customer",
        ["phone"],
        unique=False,
        postgresql_where=sa.text("phone IS NOT NULL"),
    )
    op.create_index("customer_region", "customer", ["region", "id"], unique=False)
    op.create_index(
        "customer_search", "customer", ["search_terms"], unique=False, postgresql_using="gin"
    )
    op.create_index("customer_status", "customer", ["status", "id"], unique=False)
    op.create_index(
        "customer_tax_id",
        "customer",
        ["tax_id"],
        unique=False,
        postgresql_where=sa.text("tax_id IS NOT NULL"),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("principal", sa.Uuid(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("principal", "route", "key", name=op.f("idempotency_key_pkey")),
    )
    op.create_index("idempotency_key_created", "idempotency_key", ["created_at"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("aggregate_type", sa.Text(), nullable=False),
        sa.Column("aggregate_id", sa.Uuid(), nullable=False),
        sa.Column("aggregate_version", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSON(), nullable=False),
        sa.Column("headers", postgresql.JSON(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("outbox_pkey")),
        sa.UniqueConstraint(
            "aggregate_type",
            "aggregate_id",
            "aggregate_version",
            name=op.f("outbox_aggregate_type_aggregate_id_aggregate_version_key"),
        ),
        sa.UniqueConstraint("event_id", name=op.f("outbox_event_id_key")),
    )
    op.create_index(
        "outbox_unpublished",
        "outbox",
        ["seq"],
        unique=False,
        postgresql_where=sa.text("published_at IS NULL"),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("branch", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("staff_pkey")),
        sa.UniqueConstraint("login", name=op.f("staff_login_key")),
    )
    # ### end Alembic commands ###


def downgrade() -> None:
    """Undo."""
    # ### commands auto generated by Alembic - please adjust! ###
    op.drop_table("staff")
    op.drop_index(
        "outbox_unpublished", table_name="outbox", postgresql_where=sa.text("published_at IS NULL")
    )
    op.drop_table("outbox")
    op.drop_index("idempotency_key_created", table_name="idempotency_key")
    op.drop_table("idempotency_key")
    op.drop_index(
        "customer_tax_id", table_name="customer", postgresql_where=sa.text("tax_id IS NOT NULL")
    )
    op.drop_index("customer_status", table_name="customer")
    op.drop_index("customer_search", table_name="customer", postgresql_using="gin")
    op.drop_index("customer_region", table_name="customer")
    op.drop_index(
        "customer_phone", table_name="customer", postgresql_where=sa.text("phone IS NOT NULL")
    )
    op.drop_index("customer_owner", table_name="customer")
    op.drop_index("customer_name_key", table_name="customer")
    op.drop_table("customer")
    # ### end Alembic commands ###
