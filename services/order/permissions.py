"""Which roles may do what in the order service, slice by slice."""

from __future__ import annotations

from shared.auth.roles import EVERYONE, MANAGEMENT, SALES, PermissionTable, Role

TOP = frozenset({Role.DEPUTY_GENERAL_MANAGER, Role.GENERAL_MANAGER})
FINANCE = frozenset({Role.FINANCE})

CONTRACTS: PermissionTable = {
    "contract.read": EVERYONE,
    "contract.draft": SALES,
    "contract.countersign": SALES | TOP | FINANCE,
    "contract.approve": TOP,
    "contract.sign": SALES | TOP,
    "contract.terminate": TOP,
}
ORDERS: PermissionTable = {
    "order.read": EVERYONE,
    "order.place": SALES,
    "order.approve": MANAGEMENT | FINANCE,
    "order.cancel": SALES | TOP,
    "order.close": MANAGEMENT,
}
PREPAYMENTS: PermissionTable = {
    "prepayment.read": EVERYONE,
    "prepayment.credit": FINANCE,
    "prepayment.refund": FINANCE,
}
LEDGER: PermissionTable = {
    "ledger.read": TOP | FINANCE | {Role.SALES_MANAGER},
}

PERMISSIONS: PermissionTable = {
    **CONTRACTS,
    **ORDERS,
    **PREPAYMENTS,
    **LEDGER,
}
