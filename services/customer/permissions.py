"""Which roles may do what in the customer service."""

from __future__ import annotations

from shared.auth.roles import EVERYONE, MANAGEMENT, SALES, PermissionTable, Role

PERMISSIONS: PermissionTable = {
    "customer.read": EVERYONE,
    "customer.create": SALES | {Role.ADMINISTRATOR},
    "customer.change": SALES | {Role.ADMINISTRATOR},
    "customer.confirm": MANAGEMENT,
    "customer.hand_over": MANAGEMENT | {Role.ADMINISTRATOR},
    "customer.import": MANAGEMENT | {Role.ADMINISTRATOR},
    "contact.read": EVERYONE,
    "contact.change": SALES | {Role.ADMINISTRATOR},
    "credit.read": EVERYONE,
    "credit.assess": MANAGEMENT | {Role.FINANCE},
    "staff.read": EVERYONE,
    "staff.manage": frozenset({Role.ADMINISTRATOR}),
}
