"""Every table of the service in one MetaData: what Alembic compares with."""

from __future__ import annotations

from services.customer.clients.table import client_secrets, clients
from services.customer.contacts.table import contacts
from services.customer.credit.table import assessments, credit
from services.customer.customers.table import customers, ownership_changes
from services.customer.deputies.table import deputies
from services.customer.handovers.table import handovers
from services.customer.keys.table import signing_keys
from services.customer.levels.table import level_proposals
from services.customer.limits.table import attempts
from services.customer.metadata import metadata
from services.customer.portal_users.table import portal_users
from services.customer.roles.table import known_permissions, roles
from services.customer.sessions.table import known_networks, refresh_tokens, sessions
from services.customer.staff.table import staff
from services.customer.timeline.table import entries
from services.customer.units.table import units
from shared.approvals.table import approval_tables
from shared.audit.table import audit_tables
from shared.deadlines.table import deadline_table
from shared.documents.table import document_tables
from shared.http.idempotency import idempotency_table
from shared.imports.table import import_tables
from shared.inbox.tables import inbox_tables
from shared.outbox.table import outbox_table
from shared.privacy.table import request_table

outbox_table(metadata)
audit_tables(metadata)
inbox_tables(metadata)
request_table(metadata)
import_tables(metadata)
document_tables(metadata)
deadline_table(metadata)
approval_tables(metadata)
idempotency_table(metadata)

__all__ = [
    "assessments",
    "attempts",
    "client_secrets",
    "clients",
    "contacts",
    "credit",
    "customers",
    "deputies",
    "entries",
    "handovers",
    "known_networks",
    "known_permissions",
    "level_proposals",
    "metadata",
    "ownership_changes",
    "portal_users",
    "refresh_tokens",
    "roles",
    "sessions",
    "signing_keys",
    "staff",
    "units",
]
