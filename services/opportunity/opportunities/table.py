"""Tables of the opportunities slice."""

from __future__ import annotations

import sqlalchemy as sa

from services.opportunity.metadata import metadata
from services.opportunity.opportunities.model import Registration
from services.opportunity.opportunities.stages import StageSet
from services.opportunity.versioned import versioned_table
from shared.db.types import MOMENT, MONEY, SHARE, JsonOf

stage_sets = versioned_table("stage_set", StageSet)

opportunities = sa.Table(
    "opportunity",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("customer_id", sa.Uuid, nullable=False),
    sa.Column("owner_id", sa.Uuid, nullable=False),
    sa.Column("department", sa.Text),
    sa.Column("branch", sa.Text),
    sa.Column("region", sa.Text),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("stage_position", sa.SmallInteger, nullable=False, comment="when it was entered"),
    sa.Column("stage_since", MOMENT, nullable=False),
    sa.Column("source", sa.Text),
    sa.Column("kind", sa.Text),
    sa.Column("likelihood", sa.Text),
    sa.Column("progress", sa.Text),
    sa.Column("probability", SHARE),
    sa.Column("expected_amount", MONEY),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("expected_close", sa.Date),
    sa.Column("opened_at", MOMENT, nullable=False),
    sa.Column("number", sa.Text, unique=True, comment="project number, once registered"),
    sa.Column("registration", JsonOf(Registration | None)),
    sa.Column("registered_at", MOMENT),
    sa.Column("closed_at", MOMENT),
    sa.Column("close_reason", sa.Text),
    sa.Column("competitor", sa.Text),
    sa.Index("opportunity_owner", "owner_id", "status", "id"),
    sa.Index("opportunity_customer", "customer_id", "id"),
    sa.Index("opportunity_stage", "status", "stage", "id"),
    sa.Index("opportunity_rating", "status", "likelihood", "progress", "id"),
    sa.Index("opportunity_waiting", "status", "stage_since", "id"),
)

plan_items = sa.Table(
    "plan_item",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("opportunity_id", sa.ForeignKey(opportunities.c.id), nullable=False, index=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("done_on", sa.Date),
    sa.Column("result", sa.Text),
)

stage_entries = sa.Table(
    "stage_entry",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("opportunity_id", sa.ForeignKey(opportunities.c.id), nullable=False, index=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("entered_at", MOMENT, nullable=False),
    sa.Column("left_at", MOMENT),
)
