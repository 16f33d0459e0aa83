"""How far an order is, and what may follow (S123, S147)."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """How far an order is."""

    PLACED = "placed"  # 待审核
    AWAITING_FUNDS = "awaiting_funds"  # 待款
    REJECTED = "rejected"  # 已驳回
    APPROVED = "approved"  # 已审核
    PARTLY_DELIVERED = "partly_delivered"  # 部分发货
    DELIVERED = "delivered"  # 已发货
    CLOSED = "closed"  # 已关闭
    CANCELLED = "cancelled"  # 已取消


#: Approved and not closed: deliveries and invoices may follow (S147).
OPEN = frozenset({Status.APPROVED, Status.PARTLY_DELIVERED, Status.DELIVERED})
REVIEWABLE = frozenset({Status.PLACED, Status.AWAITING_FUNDS})

#: From each state to those that may follow it.
TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.PLACED: REVIEWABLE | {Status.APPROVED, Status.REJECTED, Status.CANCELLED},
    Status.AWAITING_FUNDS: REVIEWABLE | {Status.APPROVED, Status.REJECTED, Status.CANCELLED},
    Status.REJECTED: frozenset({Status.PLACED, Status.CANCELLED}),
    Status.APPROVED: OPEN | {Status.CLOSED, Status.CANCELLED},
    Status.PARTLY_DELIVERED: OPEN | {Status.CLOSED},
    Status.DELIVERED: OPEN | {Status.CLOSED},
    Status.CLOSED: frozenset(),
    Status.CANCELLED: frozenset(),
}
