"""Every table of the service in one MetaData: what Alembic compares with."""

from __future__ import annotations

from services.analytics.facts import chances, identity, organisation, parties, payments, trade
from services.analytics.metadata import metadata
from shared.audit.table import audit_tables
from shared.inbox.tables import inbox_tables
from shared.outbox.table import outbox_table
from shared.privacy.table import request_table

outbox_table(metadata)
audit_tables(metadata)
inbox_tables(metadata)
request_table(metadata)

__all__ = ["chances", "identity", "metadata", "organisation", "parties", "payments", "trade"]
