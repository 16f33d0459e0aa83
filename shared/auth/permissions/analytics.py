"""Permissions of the analytics service.

Whose figures somebody sees is decided by the reach of their roles, as everywhere (S215, S216).
"""

from __future__ import annotations

from shared.auth.roles import MANAGEMENT, SALES, Permission, Role

_OVERSIGHT = MANAGEMENT | {Role.ADMINISTRATOR, Role.EXECUTIVE, Role.FINANCE}

DECLARED = (
    Permission("report.read", "See reports", "查看报表", SALES | _OVERSIGHT),
    Permission(
        "report.reconcile",
        "Check the company's figures against each other",
        "核对报表",
        _OVERSIGHT - {Role.SALES_MANAGER},
    ),
)
