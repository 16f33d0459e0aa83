"""What an entry is called, in English and Chinese, and where its document is read."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple
from uuid import UUID


class Title(NamedTuple):
    """A title in both languages."""

    en: str
    zh: str


class Document(StrEnum):
    """What an entry is about."""

    ACTIVITY = "activity"
    ALLOCATION = "allocation"
    AMENDMENT = "amendment"
    CONTACT = "contact"
    CONTRACT = "contract"
    CREDIT = "credit"
    CUSTOMER = "customer"
    DELIVERY = "delivery"
    DOCUMENT = "document"
    EXPENSE = "expense"
    INVOICE = "invoice"
    LEVEL_PROPOSAL = "level_proposal"
    OPPORTUNITY = "opportunity"
    ORDER = "order"
    PORTAL_USER = "portal_user"
    PREPAYMENT = "prepayment"
    QUOTE = "quote"
    RECEIPT = "receipt"


NOUNS: dict[str, Title] = {
    Document.ACTIVITY: Title("Activity", "跟进"),
    Document.ALLOCATION: Title("Allocation", "核销"),
    Document.AMENDMENT: Title("Contract amendment", "合同变更"),
    Document.CONTACT: Title("Contact", "联系人"),
    Document.CONTRACT: Title("Contract", "合同"),
    Document.CREDIT: Title("Credit", "信用"),
    Document.CUSTOMER: Title("Customer", "客户"),
    Document.DELIVERY: Title("Delivery", "发货"),
    Document.DOCUMENT: Title("File", "文档"),
    Document.EXPENSE: Title("Expense", "费用"),
    Document.INVOICE: Title("Invoice", "发票"),
    Document.LEVEL_PROPOSAL: Title("Level proposal", "等级提议"),
    Document.OPPORTUNITY: Title("Opportunity", "销售机会"),
    Document.ORDER: Title("Order", "订单"),
    Document.PORTAL_USER: Title("Portal user", "客户自助账号"),
    Document.PREPAYMENT: Title("Prepayment", "预付款"),
    Document.QUOTE: Title("Quote", "报价"),
    Document.RECEIPT: Title("Receipt", "回款"),
}

STEPS = {
    "abandoned": Title("abandoned", "已放弃"),
    "accepted": Title("accepted", "已接受"),
    "allocated": Title("allocated", "核销变动"),
    "amended": Title("amended", "已变更内容"),
    "approved": Title("approved", "已审核"),
    "assessed": Title("assessed", "已评定"),
    "archived": Title("archived", "已归档"),
    "attached": Title("attached", "已上传"),
    "awaiting_funds": Title("awaits funds", "待付款"),
    "cancelled": Title("cancelled", "已取消"),
    "changed": Title("changed", "已变更"),
    "checked": Title("checked", "已复核"),
    "closed": Title("closed", "已关闭"),
    "completed": Title("completed", "已履行完毕"),
    "confirmed": Title("confirmed", "已确认为正式"),
    "consumed": Title("consumed", "已扣款"),
    "countersigned": Title("countersigned", "已会签"),
    "created": Title("entered", "已建档"),
    "credited": Title("credited", "已入账"),
    "deactivated": Title("deactivated", "已停用"),
    "decided": Title("decided", "已有审批结果"),
    "declined": Title("declined", "客户已拒绝"),
    "drafted": Title("drafted", "已起草"),
    "erased": Title("erased", "个人信息已删除"),
    "expired": Title("expired", "已过期"),
    "handed_over": Title("handed over", "已移交"),
    "held": Title("held", "已冻结"),
    "invited": Title("invited", "已邀请"),
    "issued": Title("issued", "已开具"),
    "level_changed": Title("level changed", "等级已变更"),
    "logged": Title("logged", "已记录"),
    "lost": Title("lost", "已流失"),
    "made": Title("made", "已完成"),
    "opened": Title("opened", "已建立"),
    "owner_changed": Title("handed over", "已移交"),
    "placed": Title("placed", "已录入"),
    "progressed": Title("progressed", "有进展"),
    "reactivated": Title("reactivated", "已重新启用"),
    "proposed": Title("proposed", "已提出"),
    "received": Title("received", "已签收"),
    "recorded": Title("recorded", "已登记"),
    "refunded": Title("refunded", "已退款"),
    "regained": Title("regained", "已挽回"),
    "registered": Title("registered", "已登记"),
    "rejected": Title("rejected", "已驳回"),
    "released": Title("released", "已解冻"),
    "restored": Title("restored", "已恢复"),
    "returned": Title("returned", "已退回"),
    "reversed": Title("reversed", "已冲销"),
    "sent": Title("sent", "已发送"),
    "settled": Title("settled", "已结清"),
    "shipped": Title("shipped", "已出库"),
    "signed": Title("signed", "已签订"),
    "stage_changed": Title("moved to another stage", "阶段已变更"),
    "submitted": Title("submitted", "已提交"),
    "superseded": Title("superseded", "已被新版本取代"),
    "terminated": Title("terminated", "已终止"),
    "verified": Title("checked", "已核实"),
    "version_added": Title("has a new version", "有新版本"),
    "voided": Title("voided", "已作废"),
    "withdrawn": Title("withdrawn", "已撤回"),
    "won": Title("won", "已赢单"),
}

#: What is said otherwise of one document than of the others.
EXACTLY = {
    "expense.approved": Title("Expense approved", "费用已批准"),
    "expense.settled": Title("Expense settled", "费用已核销"),
    "level_proposal.superseded": Title("Level proposal void", "等级提议已失效"),
    "opportunity.lost": Title("Opportunity lost", "销售机会已丢单"),
}

LINKS = {
    "activity": "/v1/activities/{document_id}",
    "allocation": "/v1/allocations/{document_id}",
    "amendment": "/v1/contract-amendments/{document_id}",
    "contact": "/v1/customers/{customer_id}/contacts/{document_id}",
    "contract": "/v1/contracts/{document_id}",
    "credit": "/v1/customers/{customer_id}/credit",
    "customer": "/v1/customers/{customer_id}",
    "delivery": "/v1/deliveries/{document_id}",
    "document": "/v1/documents/{service}/{document_id}",
    "expense": "/v1/expenses/{document_id}",
    "invoice": "/v1/invoices/{document_id}",
    "level_proposal": "/v1/customers/{customer_id}/level-proposals/{document_id}",
    "opportunity": "/v1/opportunities/{document_id}",
    "order": "/v1/orders/{document_id}",
    "portal_user": "/v1/portal-users/{document_id}",
    "prepayment": "/v1/prepayments/{document_id}",
    "quote": "/v1/quotes/{document_id}",
    "receipt": "/v1/receipts/{document_id}",
}


def title_of(kind: str) -> Title:
    """Return the title of ``order.approved``; of an unknown kind its own words."""
    if kind in EXACTLY:
        return EXACTLY[kind]
    document, _, step = kind.partition(".")
    words = step.replace("_", " ")
    noun = NOUNS.get(document, Title(document.replace("_", " ").capitalize(), document))
    verb = STEPS.get(step, Title(words, f" {words}"))
    return Title(f"{noun.en} {verb.en}", f"{noun.zh}{verb.zh}")


def link_to(document: str, *, service: str, customer_id: UUID, document_id: UUID) -> str | None:
    """Return the address of a document, or None if it has none."""
    template = LINKS.get(document)
    if template is None:
        return None
    return template.format(service=service, customer_id=customer_id, document_id=document_id)
