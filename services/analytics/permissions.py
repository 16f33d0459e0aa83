"""Which roles may do what in the analytics service.

Who holds ``report.read`` alone sees the figures of what is the person's own; ``report.read_all``
shows those of everybody (S215, S216).
"""

from __future__ import annotations

from shared.auth.roles import MANAGEMENT, SALES, PermissionTable, Role

_OVERSIGHT = MANAGEMENT | {Role.ADMINISTRATOR, Role.FINANCE}

PERMISSIONS: PermissionTable = {
    "report.read": SALES | _OVERSIGHT,
    "report.read_all": _OVERSIGHT,
    "report.reconcile": _OVERSIGHT,
}
