"""The predefined roles. Each service says in its ``permissions.py`` which roles hold what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Role(StrEnum):
    """A position's part in the work, with the Chinese term users know it by."""

    ADMINISTRATOR = "administrator"  # 系统管理员
    ACCOUNT_MANAGER = "account_manager"  # 客户经理
    SALES_MANAGER = "sales_manager"  # 销售经理
    DEPUTY_GENERAL_MANAGER = "deputy_general_manager"  # 副总经理
    GENERAL_MANAGER = "general_manager"  # 总经理
    FINANCE = "finance"  # 财务
    WAREHOUSE = "warehouse"  # 仓库


SALES = frozenset({Role.ACCOUNT_MANAGER, Role.SALES_MANAGER})
MANAGEMENT = frozenset({Role.SALES_MANAGER, Role.DEPUTY_GENERAL_MANAGER, Role.GENERAL_MANAGER})
EVERYONE = frozenset(Role)

#: permission -> the roles that hold it
PermissionTable = Mapping[str, frozenset[Role]]

#: What every service has besides its own table: looking after events and invariants.
OPERATIONS: PermissionTable = {
    "operations.read": frozenset({Role.ADMINISTRATOR}),
    "operations.manage": frozenset({Role.ADMINISTRATOR}),
}


def permissions_of(roles: Iterable[str], table: PermissionTable) -> frozenset[str]:
    """Return the permissions that ``roles`` give in one service."""
    held = set(roles)
    return frozenset(name for name, holders in table.items() if holders & held)
