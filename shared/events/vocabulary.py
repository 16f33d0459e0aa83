"""Terms that several services decide by: business types, and how a customer settles.

Events carry them as plain text, so that a later term breaks no reader.
"""

from __future__ import annotations

from enum import StrEnum


class Chain(StrEnum):
    """Business types: which document may start, and in which order they follow (S103, S121, S145,
    S146)."""

    CONTRACT_FIRST = "contract_first"  # 先签合同
    ORDINARY = "ordinary"  # 普通销售
    DIRECT_DELIVERY = "direct_delivery"  # 直接发货
    INVOICE_FIRST = "invoice_first"  # 开票直接发货


class Settlement(StrEnum):
    """How a customer's orders are covered (S164, S165, S167)."""

    PREPAID = "prepaid"  # 预付: by the available balance
    CREDIT = "credit"  # 授信: open receivables and orders stay within the limit
    OPEN = "open"  # 不限: no limit
