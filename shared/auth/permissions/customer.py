"""Permissions of the customer service."""

from __future__ import annotations

from shared.auth.roles import (
    BUSINESS,
    CLERKS,
    EVERYONE,
    MANAGEMENT,
    PURCHASING,
    SALES,
    SELLERS,
    SERVICE,
    TOP,
    Permission,
    Role,
)

_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
_KEEPERS = SALES | CLERKS | {Role.ADMINISTRATOR, Role.DATA_STEWARD, Role.INTEGRATION}
_READERS = EVERYONE | {Role.INTEGRATION}

DECLARED = (
    Permission("customer.read", "See customers", "查看客户", _READERS),
    Permission("customer.identity", "See tax ids", "查看税号", _KEEPERS | TOP | {Role.FINANCE}),
    Permission("customer.create", "Enter customers", "新建客户", _KEEPERS),
    Permission("customer.change", "Change customers", "修改客户", _KEEPERS),
    Permission("customer.confirm", "Confirm and reject customers", "确认或驳回客户", MANAGEMENT),
    Permission("customer.level", "Set levels of customers", "认定客户等级", MANAGEMENT),
    Permission(
        "customer.hand_over",
        "Give customers to another owner",
        "移交客户",
        MANAGEMENT | _ADMINISTRATOR,
    ),
    Permission(
        "customer.import",
        "Import customers from files",
        "导入客户",
        MANAGEMENT | _ADMINISTRATOR | {Role.DATA_STEWARD},
    ),
    Permission("contact.read", "See contacts", "查看联系人", _READERS - PURCHASING),
    Permission(
        "contact.private",
        "See phones, e-mail addresses and birthdays in full",
        "查看完整联系方式和生日",
        _KEEPERS | SERVICE | TOP,
    ),
    Permission("contact.change", "Enter and change contacts", "维护联系人", _KEEPERS | SERVICE),
    Permission(
        "portal_user.read",
        "See who of a customer may use the portal",
        "查看客户自助账号",
        BUSINESS | {Role.SERVICE_AGENT},
    ),
    Permission(
        "portal_user.manage",
        "Invite people of customers to the portal",
        "管理客户自助账号",
        SELLERS | _ADMINISTRATOR,
    ),
    Permission(
        "personal_data.erase",
        "Forget people for good",
        "删除个人信息",
        _ADMINISTRATOR | {Role.DATA_STEWARD},
    ),
    Permission("credit.read", "See credit", "查看信用", BUSINESS | {Role.DATA_STEWARD}),
    Permission("credit.assess", "Assess credit", "评定信用", MANAGEMENT | {Role.FINANCE}),
    Permission("staff.read", "See who works here", "查看员工", EVERYONE),
    Permission("staff.manage", "Hire and change staff", "管理员工", _ADMINISTRATOR),
    Permission("unit.read", "See the organisation", "查看组织", _READERS),
    Permission("unit.manage", "Open, move and close units", "管理组织", _ADMINISTRATOR),
    Permission(
        "role.read",
        "See roles and what they may do",
        "查看角色和权限",
        TOP | _ADMINISTRATOR | {Role.EXECUTIVE},
    ),
    Permission("role.manage", "Define roles, grant and revoke", "管理角色和权限", _ADMINISTRATOR),
    Permission("client.manage", "Let other systems sign in", "管理系统接口", _ADMINISTRATOR),
    Permission("key.manage", "Rotate signing keys", "更换签名密钥", _ADMINISTRATOR),
    Permission("deputy.read", "See who stands in for whom", "查看代理", EVERYONE),
    Permission("deputy.appoint", "Name one's own deputy", "指定本人代理", EVERYONE),
    Permission("deputy.manage", "Name deputies of others", "管理代理", MANAGEMENT | _ADMINISTRATOR),
)
