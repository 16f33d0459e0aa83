"""Tables of the handovers slice."""

from __future__ import annotations

import sqlalchemy as sa

from services.customer.metadata import metadata
from shared.audit.marks import PRIVATE
from shared.db.types import MOMENT

handovers = sa.Table(
    "handover",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("from_owner_id", sa.Uuid, nullable=False),
    sa.Column("to_owner_id", sa.Uuid, nullable=False),
    sa.Column("reason", sa.Text, info=PRIVATE),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("total", sa.Integer, nullable=False, comment="customers there were at the start"),
    sa.Column("done", sa.Integer, nullable=False, comment="customers handed over"),
    sa.Column("requested_by", sa.Uuid, nullable=False),
    sa.Column("requested_at", MOMENT, nullable=False),
    sa.Column("finished_at", MOMENT),
    sa.Index("handover_running_to", "to_owner_id", postgresql_where=sa.text("status = 'running'")),
)
