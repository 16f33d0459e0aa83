"""The predefined roles (S217), and what a table of permissions is. Which role holds what at first
stands in ``shared/auth/permissions``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.scope import Reach


class Role(StrEnum):
    """A position's part in the work, with the Chinese term users know it by."""

    ADMINISTRATOR = "administrator"  # 系统管理员
    EXECUTIVE = "executive"  # 高管
    GENERAL_MANAGER = "general_manager"  # 总经理
    DEPUTY_GENERAL_MANAGER = "deputy_general_manager"  # 副总经理
    SALES_MANAGER = "sales_manager"  # 销售经理
    ACCOUNT_MANAGER = "account_manager"  # 客户经理
    SALES_ASSISTANT = "sales_assistant"  # 销售助理
    FINANCE = "finance"  # 财务
    WAREHOUSE = "warehouse"  # 仓库
    PURCHASER = "purchaser"  # 采购员
    PURCHASING_MANAGER = "purchasing_manager"  # 采购经理
    SERVICE_AGENT = "service_agent"  # 客服
    DISPATCHER = "dispatcher"  # 派工员
    DATA_STEWARD = "data_steward"  # 客户资料管理员
    CUSTOMER_PORTAL = "customer_portal"  # 客户自助
    INTEGRATION = "integration"  # 系统接口


#: The English and the Chinese name of each.
NAMES: Mapping[Role, tuple[str, str]] = {
    Role.ADMINISTRATOR: ("System administrator", "系统管理员"),
    Role.EXECUTIVE: ("Executive", "高管"),
    Role.GENERAL_MANAGER: ("General manager", "总经理"),
    Role.DEPUTY_GENERAL_MANAGER: ("Deputy general manager", "副总经理"),
    Role.SALES_MANAGER: ("Sales manager", "销售经理"),
    Role.ACCOUNT_MANAGER: ("Account manager", "客户经理"),
    Role.SALES_ASSISTANT: ("Sales assistant", "销售助理"),
    Role.FINANCE: ("Finance", "财务"),
    Role.WAREHOUSE: ("Warehouse", "仓库"),
    Role.PURCHASER: ("Purchaser", "采购员"),
    Role.PURCHASING_MANAGER: ("Purchasing manager", "采购经理"),
    Role.SERVICE_AGENT: ("Service agent", "客服"),
    Role.DISPATCHER: ("Dispatcher", "派工员"),
    Role.DATA_STEWARD: ("Data steward", "客户资料管理员"),
    Role.CUSTOMER_PORTAL: ("Customer (portal)", "客户自助"),
    Role.INTEGRATION: ("Integration (machine)", "系统接口"),
}

#: Whose things each shows before anybody changed it (S215, S216); all, unless it stands here.
_REACHES: Mapping[Role, Reach] = {
    Role.SALES_MANAGER: Reach.DEPARTMENT,
    Role.ACCOUNT_MANAGER: Reach.OWN,
    Role.SALES_ASSISTANT: Reach.TEAM,
    Role.CUSTOMER_PORTAL: Reach.OWN,
}
REACHES: Mapping[Role, Reach] = {role: _REACHES.get(role, Reach.ALL) for role in Role}

SALES = frozenset({Role.ACCOUNT_MANAGER, Role.SALES_MANAGER})
MANAGEMENT = frozenset({Role.SALES_MANAGER, Role.DEPUTY_GENERAL_MANAGER, Role.GENERAL_MANAGER})
TOP = frozenset({Role.DEPUTY_GENERAL_MANAGER, Role.GENERAL_MANAGER})
SELLERS = SALES | TOP
#: Who keeps the papers of others, and who only looks.
CLERKS = frozenset({Role.SALES_ASSISTANT})
PURCHASING = frozenset({Role.PURCHASER, Role.PURCHASING_MANAGER})
SERVICE = frozenset({Role.SERVICE_AGENT, Role.DISPATCHER})
#: Everybody through whose hands a deal goes, and who answers for it.
BUSINESS = SELLERS | CLERKS | {Role.ADMINISTRATOR, Role.EXECUTIVE, Role.FINANCE, Role.WAREHOUSE}
#: The people of the company: neither customers nor machines.
EVERYONE = BUSINESS | PURCHASING | SERVICE | {Role.DATA_STEWARD}

#: permission -> the roles that hold it
PermissionTable = Mapping[str, frozenset[Role]]


@dataclass(frozen=True, slots=True)
class Permission:
    """Something that can be asked of an actor, and the predefined roles that hold it at first."""

    code: str
    description: str
    description_zh: str
    holders: frozenset[Role]


def table_of(declared: Iterable[Permission]) -> PermissionTable:
    """Return permissions as a table."""
    return {each.code: each.holders for each in declared}


def permissions_of(roles: Iterable[str], table: PermissionTable) -> frozenset[str]:
    """Return the permissions that ``roles`` give by a table."""
    held = set(roles)
    return frozenset(name for name, holders in table.items() if holders & held)
