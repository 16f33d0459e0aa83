"""Permissions of the analytics service.

Who holds ``report.read`` alone sees the figures of what is the person's own; ``report.read_all``
shows those of everybody (S215, S216).
"""

from __future__ import annotations

from shared.auth.roles import MANAGEMENT, SALES, Permission, Role

_OVERSIGHT = MANAGEMENT | {Role.ADMINISTRATOR, Role.EXECUTIVE, Role.FINANCE}

DECLARED = (
    Permission("report.read", "See reports", "查看报表", SALES | _OVERSIGHT),
    Permission("report.read_all", "See everybody's figures", "查看全部报表", _OVERSIGHT),
    Permission("report.reconcile", "Check figures against each other", "核对报表", _OVERSIGHT),
)
