"""What the customer service may ask of an actor, and who holds it at first."""

from __future__ import annotations

from shared.auth.permissions.customer import DECLARED
from shared.auth.roles import PermissionTable, table_of

PERMISSIONS: PermissionTable = table_of(DECLARED)
