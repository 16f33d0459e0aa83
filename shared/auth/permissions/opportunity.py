"""Permissions of the opportunity service, slice by slice."""

from __future__ import annotations

from shared.auth.roles import (
    BUSINESS,
    CLERKS,
    EVERYONE,
    MANAGEMENT,
    SELLERS,
    TOP,
    Permission,
    Role,
)

#: Everybody but the warehouse: what is pursued and quoted is not its business.
_COMMERCIAL = BUSINESS - {Role.WAREHOUSE}
_FINANCE = frozenset({Role.FINANCE})

_PRODUCTS = (
    Permission("product.read", "See products", "查看产品", EVERYONE | {Role.INTEGRATION}),
    Permission(
        "product.manage",
        "Enter and change products",
        "维护产品",
        MANAGEMENT | _FINANCE | {Role.ADMINISTRATOR},
    ),
    Permission(
        "product.cost",
        "See what products cost",
        "查看成本",
        MANAGEMENT | _FINANCE | {Role.PURCHASING_MANAGER},
    ),
)
_PRICES = (
    Permission(
        "price_list.read",
        "See price lists",
        "查看价目表",
        _COMMERCIAL | {Role.PURCHASING_MANAGER, Role.INTEGRATION},
    ),
    Permission("price_list.manage", "Write price lists", "编制价目表", MANAGEMENT | _FINANCE),
    Permission("price_list.adjust", "Adjust proposed prices", "调整报批价格", _FINANCE),
    Permission("price_list.approve", "Give price lists the last word", "终审价目表", TOP),
)
_OPPORTUNITIES = (
    Permission("opportunity.read", "See opportunities", "查看销售机会", _COMMERCIAL),
    Permission("opportunity.open", "Open opportunities", "新建销售机会", SELLERS),
    Permission("opportunity.change", "Change opportunities", "推进销售机会", SELLERS),
    Permission("opportunity.register", "Register projects", "项目报备", SELLERS),
    Permission(
        "opportunity.hand_over", "Give opportunities to another owner", "移交销售机会", MANAGEMENT
    ),
    Permission("stages.manage", "Define the stages", "设置销售阶段", TOP | {Role.ADMINISTRATOR}),
)
_ACTIVITIES = (
    Permission(
        "activity.read",
        "See visits, calls and meetings",
        "查看跟进",
        _COMMERCIAL | {Role.SERVICE_AGENT},
    ),
    Permission(
        "activity.log",
        "Note visits, calls and meetings",
        "登记跟进",
        SELLERS | CLERKS | {Role.SERVICE_AGENT},
    ),
)
_PLANS = (
    Permission("plan.read", "See work plans", "查看工作计划", SELLERS | CLERKS | {Role.EXECUTIVE}),
    Permission("plan.write", "Write and submit plans of one's own", "编制工作计划", SELLERS),
    Permission("plan.archive", "File plans that are closed", "归档工作计划", CLERKS),
)
_QUOTES = (
    Permission("quote.read", "See quotes", "查看报价", _COMMERCIAL),
    Permission("quote.draft", "Draft quotes", "起草报价", SELLERS | CLERKS),
    Permission("quote.submit", "Submit quotes", "提交报价", SELLERS),
    Permission("quote.approve", "Approve quotes within authority", "审批报价", SELLERS),
    Permission("quote.answer", "Note the customer's answer", "登记客户答复", SELLERS),
    Permission("quote.margin", "See margins", "查看毛利", MANAGEMENT | _FINANCE),
    Permission(
        "discount_policy.manage",
        "Say who may give which discount",
        "设置折扣权限",
        frozenset({Role.GENERAL_MANAGER}),
    ),
)

DECLARED = (*_PRODUCTS, *_PRICES, *_OPPORTUNITIES, *_ACTIVITIES, *_PLANS, *_QUOTES)
