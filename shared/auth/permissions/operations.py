"""Permissions that every service asks for."""

from __future__ import annotations

from shared.auth.roles import Permission, Role

_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})

DECLARED = (
    Permission(
        "operations.read", "See parked events and broken promises", "查看系统运行", _ADMINISTRATOR
    ),
    Permission("operations.manage", "Retry, mend and drop events", "处理系统异常", _ADMINISTRATOR),
    Permission(
        "audit.read",
        "See who changed what",
        "查看审计记录",
        _ADMINISTRATOR | {Role.GENERAL_MANAGER},
    ),
)
