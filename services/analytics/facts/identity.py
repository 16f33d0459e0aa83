"""Sessions, and other systems that sign in: what ended or changed voids access tokens here as
well."""

from __future__ import annotations

import sqlalchemy as sa

from services.analytics.facts.columns import Row, fact_table, moment
from services.analytics.facts.projection import Projection
from shared.events.identity import ClientState, SessionState
from shared.inbox.arrival import Received
from shared.sessions.table import voided


def _voiding(name: str) -> sa.Table:
    return fact_table(
        name,
        sa.Column("gone", sa.Boolean, nullable=False),
        moment("void_before", optional=True),
        moment("until", optional=True),
        sa.Index(f"{name}_until", "until", postgresql_where=sa.text("until IS NOT NULL")),
    )


sessions = _voiding("session")
clients = _voiding("client")
VOIDED = sa.union_all(voided(sessions), voided(clients))


def _session(received: Received[SessionState]) -> Row:
    data = received.data
    return {"gone": data.status == "ended", "void_before": None, "until": data.void_until}


def _client(received: Received[ClientState]) -> Row:
    data = received.data
    return {
        "gone": data.status == "disabled",
        "void_before": data.void_before,
        "until": data.void_until,
    }


PROJECTIONS = (
    Projection(SessionState, sessions, _session),
    Projection(ClientState, clients, _client),
)
