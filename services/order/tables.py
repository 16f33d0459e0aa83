"""Every table of the service in one MetaData: what Alembic compares with."""

from __future__ import annotations

import services.order.accounts.table
import services.order.amendments.table
import services.order.contracts.table
import services.order.customers.table
import services.order.deliveries.table
import services.order.deputies.table
import services.order.drafts.table
import services.order.expenses.table
import services.order.invoices.table
import services.order.ledger.table
import services.order.orders.table
import services.order.payments.table
import services.order.portal_users.table
import services.order.prepayments.table
import services.order.prices.table
import services.order.products.table
import services.order.receipts.table
import services.order.roles.table
import services.order.staff.table
import services.order.stock.table
import services.order.units.table  # noqa: F401 - the imports declare the tables
from services.order.metadata import metadata
from shared.approvals.table import approval_tables
from shared.audit.table import audit_tables
from shared.deadlines.table import deadline_table
from shared.documents.table import document_tables
from shared.http.idempotency import idempotency_table
from shared.imports.table import import_tables
from shared.inbox.tables import inbox_tables
from shared.numbering.table import numbering_tables
from shared.outbox.table import outbox_table
from shared.privacy.table import request_table
from shared.sessions.table import revocation_table

outbox_table(metadata)
audit_tables(metadata)
inbox_tables(metadata)
request_table(metadata)
import_tables(metadata)
document_tables(metadata)
idempotency_table(metadata)
numbering_tables(metadata)
revocation_table(metadata)
deadline_table(metadata)
approval_tables(metadata)

__all__ = ["metadata"]
