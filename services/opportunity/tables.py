"""Every table of the service in one MetaData: what Alembic compares with."""

from __future__ import annotations

import services.opportunity.activities.table
import services.opportunity.customers.table
import services.opportunity.deputies.table
import services.opportunity.opportunities.table
import services.opportunity.plans.table
import services.opportunity.prices.table
import services.opportunity.products.table
import services.opportunity.quotes.table
import services.opportunity.roles.table
import services.opportunity.staff.table
import services.opportunity.units.table  # noqa: F401 - the imports declare the tables
from services.opportunity.metadata import metadata
from shared.approvals.table import approval_tables
from shared.audit.table import audit_tables
from shared.deadlines.table import deadline_table
from shared.documents.table import document_tables
from shared.http.idempotency import idempotency_table
from shared.inbox.tables import inbox_tables
from shared.numbering.table import numbering_tables
from shared.outbox.table import outbox_table
from shared.privacy.table import request_table
from shared.sessions.table import revocation_table

outbox_table(metadata)
audit_tables(metadata)
inbox_tables(metadata)
request_table(metadata)
idempotency_table(metadata)
document_tables(metadata)
numbering_tables(metadata)
revocation_table(metadata)
deadline_table(metadata)
approval_tables(metadata)

__all__ = ["metadata"]
