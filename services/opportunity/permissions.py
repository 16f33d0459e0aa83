"""Which roles may do what in the opportunity service, slice by slice."""

from __future__ import annotations

from shared.auth.roles import EVERYONE, MANAGEMENT, SALES, PermissionTable, Role

TOP = frozenset({Role.DEPUTY_GENERAL_MANAGER, Role.GENERAL_MANAGER})
SELLERS = SALES | TOP
#: Everybody but the warehouse: what is pursued and quoted is not its business.
COMMERCIAL = EVERYONE - {Role.WAREHOUSE}

PRODUCTS: PermissionTable = {
    "product.read": EVERYONE,
    "product.manage": MANAGEMENT | {Role.ADMINISTRATOR, Role.FINANCE},
    "product.cost": MANAGEMENT | {Role.FINANCE},
}
PRICES: PermissionTable = {
    "price_list.read": COMMERCIAL,
    "price_list.manage": MANAGEMENT | {Role.FINANCE},
    "price_list.approve": TOP,
}
OPPORTUNITIES: PermissionTable = {
    "opportunity.read": COMMERCIAL,
    "opportunity.open": SELLERS,
    "opportunity.change": SELLERS,
    "opportunity.register": SELLERS,
    "opportunity.hand_over": MANAGEMENT,
    "stages.manage": TOP | {Role.ADMINISTRATOR},
}
ACTIVITIES: PermissionTable = {
    "activity.read": COMMERCIAL,
    "activity.log": SELLERS,
}
QUOTES: PermissionTable = {
    "quote.read": COMMERCIAL,
    "quote.draft": SELLERS,
    "quote.submit": SELLERS,
    "quote.approve": SELLERS,
    "quote.answer": SELLERS,
    "quote.margin": MANAGEMENT | {Role.FINANCE},
    "discount_policy.manage": frozenset({Role.GENERAL_MANAGER}),
}

PERMISSIONS: PermissionTable = {
    **PRODUCTS,
    **PRICES,
    **OPPORTUNITIES,
    **ACTIVITIES,
    **QUOTES,
}
