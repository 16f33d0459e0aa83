"""Permissions of the order service, slice by slice."""

from __future__ import annotations

from shared.auth.roles import (
    BUSINESS,
    CLERKS,
    MANAGEMENT,
    PURCHASING,
    SALES,
    SERVICE,
    TOP,
    Permission,
    Role,
)

_FINANCE = frozenset({Role.FINANCE})
_WAREHOUSE = frozenset({Role.WAREHOUSE})
_INTEGRATION = frozenset({Role.INTEGRATION})
_PORTAL = frozenset({Role.CUSTOMER_PORTAL})

# Who may speak for a department when a contract is countersigned; companies without an office of
# their own for it leave technical matters to the warehouse, legal ones to the top.
_BY_SALES = frozenset({Role.SALES_MANAGER})
_BY_TECHNICAL = TOP | _WAREHOUSE

_CONTRACTS = (
    Permission("contract.read", "See contracts", "查看合同", BUSINESS | {Role.SERVICE_AGENT}),
    Permission("contract.draft", "Draft contracts", "起草合同", SALES | CLERKS),
    Permission(
        "contract.countersign",
        "Take part in countersigning",
        "参与会签",
        _BY_SALES | _BY_TECHNICAL | _FINANCE | TOP,
    ),
    Permission("contract.countersign.sales", "Countersign for sales", "销售会签", _BY_SALES),
    Permission(
        "contract.countersign.technical", "Countersign for technical", "技术会签", _BY_TECHNICAL
    ),
    Permission("contract.countersign.finance", "Countersign for finance", "财务会签", _FINANCE),
    Permission("contract.countersign.legal", "Countersign for legal", "法务会签", TOP),
    Permission("contract.approve", "Approve contracts", "审批合同", TOP),
    Permission("contract.sign", "Note that a contract is signed", "合同签订", SALES | TOP),
    Permission("contract.complete", "Complete contracts", "合同完结", MANAGEMENT),
    Permission(
        "contract.amend",
        "Propose to amend or end contracts",
        "申请变更或终止合同",
        SALES | CLERKS | TOP,
    ),
)
_EXPENSES = (
    Permission("expense.read", "See expenses", "查看费用", BUSINESS),
    Permission("expense.request", "Ask for expenses", "申请费用", SALES | CLERKS | TOP | _FINANCE),
    Permission("expense.settle", "Settle expenses", "核销费用", _FINANCE),
)
_ORDERS = (
    Permission(
        "order.read", "See orders", "查看订单", BUSINESS | PURCHASING | SERVICE | _INTEGRATION
    ),
    Permission("order.place", "Place orders", "录入订单", SALES | CLERKS),
    Permission("order.approve", "Approve orders", "审核订单", MANAGEMENT | _FINANCE),
    Permission("order.cancel", "Cancel orders", "取消订单", SALES | TOP),
    Permission("order.close", "Close orders", "关闭订单", MANAGEMENT),
)
_PREPAYMENTS = (
    Permission("prepayment.read", "See prepayments", "查看预付款", BUSINESS),
    Permission("prepayment.credit", "Credit prepayments", "登记预付款", _FINANCE),
    Permission("prepayment.refund", "Refund prepayments", "退还预付款", _FINANCE),
)
_DELIVERIES = (
    Permission(
        "delivery.read",
        "See deliveries",
        "查看发货",
        BUSINESS | PURCHASING | SERVICE | _INTEGRATION,
    ),
    Permission("delivery.prepare", "Prepare deliveries", "制作发货单", SALES | CLERKS | _WAREHOUSE),
    Permission("delivery.check", "Check deliveries", "审核发货单", MANAGEMENT | _WAREHOUSE),
    Permission("delivery.ship", "Ship", "发货", _WAREHOUSE),
    Permission(
        "delivery.receive", "Note the customer's receipt", "登记签收", SALES | CLERKS | _WAREHOUSE
    ),
    Permission("delivery.return", "Take goods back", "办理退货", MANAGEMENT | _WAREHOUSE),
)
_INVOICES = (
    Permission("invoice.read", "See invoices", "查看发票", BUSINESS | _INTEGRATION),
    Permission("invoice.prepare", "Prepare invoices", "开票申请", SALES | CLERKS | _FINANCE),
    Permission("invoice.check", "Check invoices", "审核发票", MANAGEMENT | _FINANCE),
    Permission("invoice.issue", "Issue and void invoices", "开具发票", _FINANCE),
)
_RECEIPTS = (
    Permission("receipt.read", "See receipts", "查看回款", BUSINESS | _INTEGRATION),
    Permission("receipt.record", "Record receipts", "登记回款", _FINANCE),
    Permission("receipt.allocate", "Allocate receipts", "核销回款", _FINANCE),
    Permission("receipt.reverse", "Reverse receipts", "冲销回款", _FINANCE),
)
_STOCK = (
    Permission(
        "stock.read", "See stock", "查看库存", BUSINESS | PURCHASING | SERVICE | _INTEGRATION
    ),
    Permission("stock.enter", "Enter stock levels", "录入库存", _WAREHOUSE | _INTEGRATION),
)
_BOOKS = (
    Permission(
        "sales_history.import",
        "Import sales of the past",
        "导入历史销售",
        _FINANCE | {Role.ADMINISTRATOR},
    ),
    Permission("account.read", "See customers' accounts", "查看客户往来", BUSINESS),
    Permission(
        "ledger.read",
        "See the ledger",
        "查看总账",
        TOP | _FINANCE | {Role.SALES_MANAGER, Role.EXECUTIVE},
    ),
)
# What somebody of a customer may do, of what is the customer's own (S25): the portal role holds
# these and nothing else, ever.
_PORTAL_USE = (
    Permission("portal.catalogue", "See products and prices (portal)", "自助查看产品", _PORTAL),
    Permission(
        "portal.read", "See one's own orders and account (portal)", "自助查看订单和往来", _PORTAL
    ),
    Permission("portal.order", "Draft and submit own orders (portal)", "自助下单", _PORTAL),
)

DECLARED = (
    *_CONTRACTS,
    *_EXPENSES,
    *_ORDERS,
    *_PREPAYMENTS,
    *_DELIVERIES,
    *_INVOICES,
    *_RECEIPTS,
    *_STOCK,
    *_BOOKS,
    *_PORTAL_USE,
)
