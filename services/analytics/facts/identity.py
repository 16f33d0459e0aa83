"""Sessions, of which those that ended void access tokens here as well."""

from __future__ import annotations

import sqlalchemy as sa

from services.analytics.facts.columns import Row, fact_table, moment
from services.analytics.facts.projection import Projection
from shared.events.identity import SessionState
from shared.inbox.arrival import Received

sessions = fact_table(
    "session",
    sa.Column("gone", sa.Boolean, nullable=False),
    moment("void_before", optional=True),
    moment("until", optional=True),
    sa.Index("session_until", "until", postgresql_where=sa.text("until IS NOT NULL")),
)


def _session(received: Received[SessionState]) -> Row:
    data = received.data
    return {
        "gone": data.status == "ended",
        "void_before": None,
        "until": data.void_until,
    }


PROJECTIONS = (Projection(SessionState, sessions, _session),)
