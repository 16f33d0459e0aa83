"""Tables of the activities slice."""

from __future__ import annotations

import sqlalchemy as sa

from services.opportunity.metadata import metadata
from services.opportunity.opportunities.table import opportunities
from shared.audit.marks import PRIVATE
from shared.db.types import MOMENT

activities = sa.Table(
    "activity",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False, comment="always 1"),
    sa.Column("customer_id", sa.Uuid, nullable=False),
    sa.Column("opportunity_id", sa.ForeignKey(opportunities.c.id)),
    sa.Column("contact_id", sa.Uuid),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("result", sa.Text, nullable=False),
    sa.Column("details", sa.Text, info=PRIVATE),
    sa.Column("happened_at", MOMENT, nullable=False),
    sa.Column("next_contact_on", sa.Date),
    sa.Column("corrects_id", sa.ForeignKey("activity.id"), unique=True),
    sa.Column("owner_id", sa.Uuid, nullable=False),
    sa.Column("department", sa.Text),
    sa.Column("branch", sa.Text),
    sa.Column("region", sa.Text),
    sa.Column("logged_by", sa.Uuid, nullable=False),
    sa.Column("logged_at", MOMENT, nullable=False),
    sa.Index("activity_customer", "customer_id", "happened_at", "id"),
    sa.Index("activity_owner", "owner_id", "happened_at", "id"),
    sa.Index("activity_opportunity", "opportunity_id", "happened_at", "id"),
    sa.Index("activity_contact", "contact_id", "happened_at", "id"),
    sa.Index("activity_happened", "happened_at", "id"),
    info={"rights": ("SELECT", "INSERT", "UPDATE (details)")},  # of who is erased
)

_due = sa.text("due_on IS NOT NULL")

#: One row per customer and opportunity: what its latest activity says of the next contact.
next_contacts = sa.Table(
    "next_contact",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("customer_id", sa.Uuid, nullable=False),
    sa.Column("opportunity_id", sa.Uuid),
    sa.Column("owner_id", sa.Uuid, nullable=False),
    sa.Column("activity_id", sa.Uuid, nullable=False),
    sa.Column("contact_id", sa.Uuid),
    sa.Column("due_on", sa.Date),
    sa.UniqueConstraint("customer_id", "opportunity_id", postgresql_nulls_not_distinct=True),
    sa.Index("next_contact_owner", "owner_id", "due_on", "id", postgresql_where=_due),
    sa.Index("next_contact_due", "due_on", "id", postgresql_where=_due),
)
