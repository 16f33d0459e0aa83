"""Which roles may do what in the order service, slice by slice."""

from __future__ import annotations

from shared.auth.roles import EVERYONE, MANAGEMENT, SALES, PermissionTable, Role

TOP = frozenset({Role.DEPUTY_GENERAL_MANAGER, Role.GENERAL_MANAGER})
FINANCE = frozenset({Role.FINANCE})

#: Who may speak for a department when a contract is countersigned; companies without an office of
#: their own for it leave technical matters to the warehouse, legal ones to the top.
COUNTERSIGN: PermissionTable = {
    "contract.countersign.sales": frozenset({Role.SALES_MANAGER}),
    "contract.countersign.technical": TOP | {Role.WAREHOUSE},
    "contract.countersign.finance": FINANCE,
    "contract.countersign.legal": TOP,
}
CONTRACTS: PermissionTable = {
    "contract.read": EVERYONE,
    "contract.draft": SALES,
    "contract.countersign": frozenset().union(*COUNTERSIGN.values()),
    **COUNTERSIGN,
    "contract.approve": TOP,
    "contract.sign": SALES | TOP,
    "contract.complete": MANAGEMENT,
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
DELIVERIES: PermissionTable = {
    "delivery.read": EVERYONE,
    "delivery.prepare": SALES | {Role.WAREHOUSE},
    "delivery.check": MANAGEMENT | {Role.WAREHOUSE},
    "delivery.ship": frozenset({Role.WAREHOUSE}),
    "delivery.receive": SALES | {Role.WAREHOUSE},
    "delivery.return": MANAGEMENT | {Role.WAREHOUSE},
}
INVOICES: PermissionTable = {
    "invoice.read": EVERYONE,
    "invoice.prepare": SALES | FINANCE,
    "invoice.check": MANAGEMENT | FINANCE,
    "invoice.issue": FINANCE,
}
RECEIPTS: PermissionTable = {
    "receipt.read": EVERYONE,
    "receipt.record": FINANCE,
    "receipt.allocate": FINANCE,
    "receipt.reverse": FINANCE,
}
STOCK: PermissionTable = {
    "stock.read": EVERYONE,
    "stock.enter": frozenset({Role.WAREHOUSE}),
}
HISTORY: PermissionTable = {
    "sales_history.import": FINANCE | {Role.ADMINISTRATOR},
}
ACCOUNTS: PermissionTable = {
    "account.read": EVERYONE,
}
LEDGER: PermissionTable = {
    "ledger.read": TOP | FINANCE | {Role.SALES_MANAGER},
}

PERMISSIONS: PermissionTable = {
    **CONTRACTS,
    **ORDERS,
    **DELIVERIES,
    **INVOICES,
    **RECEIPTS,
    **STOCK,
    **HISTORY,
    **PREPAYMENTS,
    **ACCOUNTS,
    **LEDGER,
}
