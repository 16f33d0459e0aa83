"""Accepted quotes as the opportunity service publishes them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.domain.ids import new_id
from shared.events.opportunity import QuoteAccepted, QuoteLine
from shared.events.values import Money


def yuan(amount: str) -> Money:
    """Money as events carry it."""
    return Money(amount=Decimal(amount), currency="CNY")


def quote(customer_id: UUID, **fields: Any) -> QuoteAccepted:
    """Three pieces at 100.00 less 5 %."""
    state: dict[str, Any] = {
        "quote_id": new_id(),
        "number": "BJ26000001-2",
        "revision": 2,
        "opportunity_id": new_id(),
        "project_number": "FQ2600001",
        "customer_id": customer_id,
        "author_id": new_id(),
        "owner_id": new_id(),
        "department": "销售一部",
        "branch": "天津",
        "region": "华北",
        "status": "accepted",
        "chain": "contract_first",
        "lines": (quote_line(),),
        "list_total": yuan("300.00"),
        "total": yuan("285.00"),
        "discount": Decimal("0.05"),
        "payment_terms": "预付三成",
        "payment_days": 45,
        "valid_until": date(2026, 12, 31),
        "content_hash": "0" * 64,
    }
    return QuoteAccepted(**(state | fields))


def quote_line(**fields: Any) -> QuoteLine:
    """Three pieces of a ball valve."""
    state: dict[str, Any] = {
        "line_id": new_id(),
        "product_id": new_id(),
        "product_code": "P-7",
        "product_name": "球阀",
        "unit": "台",
        "quantity": Decimal(3),
        "list_price": yuan("100.00"),
        "unit_price": yuan("95.00"),
        "discount": Decimal("0.05"),
        "amount": yuan("285.00"),
    }
    return QuoteLine(**(state | fields))
