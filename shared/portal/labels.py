"""The Chinese terms that users know services, other systems and documents by."""

from __future__ import annotations

SERVICES = {
    "customer": "客户",
    "opportunity": "商机",
    "order": "订单",
    "analytics": "分析",
    "inbound": "外部系统",
}

AGGREGATES = {
    "activity": "跟进",
    "allocation": "核销",
    "amendment": "合同变更",
    "approval": "审批",
    "client": "系统接口",
    "contact": "联系人",
    "contract": "合同",
    "credit": "信用",
    "customer": "客户",
    "delivery": "发货",
    "deputy": "代理",
    "discount_policy": "折扣权限",
    "document": "文档",
    "expense": "费用",
    "invoice": "发票",
    "level_proposal": "等级提议",
    "opportunity": "销售机会",
    "order": "订单",
    "order_draft": "订单草稿",
    "payment": "来款",
    "plan": "工作计划",
    "portal_user": "客户自助账号",
    "prepayment": "预付款",
    "price_list": "价目表",
    "process": "审批流程",
    "product": "产品",
    "quote": "报价",
    "receipt": "回款",
    "role": "角色",
    "session": "登录会话",
    "signing_key": "签名密钥",
    "staff": "员工",
    "stock": "库存",
    "unit": "组织单位",
    "voucher": "凭证",
}
