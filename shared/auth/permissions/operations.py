"""Permissions that every service asks for."""

from __future__ import annotations

from shared.auth.roles import EVERYONE, MANAGEMENT, TOP, Permission, Role

_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
_FILING = EVERYONE | {Role.INTEGRATION}
_READING_ALONE = frozenset({Role.EXECUTIVE})

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
    # All about a person at once, at the person's request (GDPR Art. 15 to 20, PIPL 45 and 47).
    Permission(
        "personal_data.export",
        "Give out all about a person",
        "导出个人信息",
        _ADMINISTRATOR | {Role.DATA_STEWARD},
    ),
    # Beside being asked, and the permission that the kind of document needs.
    Permission("approval.read", "See approvals", "查看审批", EVERYONE),
    Permission("approval.decide", "Decide when asked", "参与审批", EVERYONE),
    Permission(
        "process.manage",
        "Define approval processes",
        "设置审批流程",
        _ADMINISTRATOR | {Role.GENERAL_MANAGER},
    ),
    Permission("number_ranges.read", "See the ranges of numbers", "查看编号段", EVERYONE),
    Permission(
        "number_ranges.manage",
        "Give the branches their ranges of numbers",
        "设置编号段",
        TOP | _ADMINISTRATOR,
    ),
    # Beside the permission to see or change the object that a document belongs to.
    Permission("document.read", "See documents", "查看文档", _FILING),
    Permission(
        "document.attach", "Attach and change documents", "上传和维护文档", _FILING - _READING_ALONE
    ),
    Permission(
        "document.verify",
        "Verify documents",
        "核实文档",
        MANAGEMENT | {Role.FINANCE, Role.DATA_STEWARD},
    ),
)
