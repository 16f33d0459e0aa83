"""Every permission there is, by service: declared here, since one service keeps the roles, which
hold permissions of all, and no service knows the code of another (S214, S217)."""

from __future__ import annotations

from collections.abc import Mapping

from shared.auth.permissions import analytics, customer, operations, opportunity, order
from shared.auth.roles import Permission, Role, permissions_of, table_of

#: What every service has besides its own: looking after events and invariants.
OPERATIONS = table_of(operations.DECLARED)

DECLARED: Mapping[str, tuple[Permission, ...]] = {
    "customer": customer.DECLARED,
    "opportunity": opportunity.DECLARED,
    "order": order.DECLARED,
    "analytics": analytics.DECLARED,
    "operations": operations.DECLARED,
}
ALL: Mapping[str, Permission] = {
    each.code: each for declared in DECLARED.values() for each in declared
}


def built_in(role: Role) -> frozenset[str]:
    """Return what a predefined role holds before anybody changed it."""
    return permissions_of([role], table_of(ALL.values()))
