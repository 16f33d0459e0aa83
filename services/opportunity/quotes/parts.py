"""What a quote is made of: whose project it is for, the terms, and the priced lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.opportunity.quotes.line import QuoteLine


class Chain(StrEnum):
    """The business type: which documents follow (S103, S121, S145, S146)."""

    CONTRACT_FIRST = "contract_first"  # 先签合同
    ORDINARY = "ordinary"  # 普通销售
    DIRECT_DELIVERY = "direct_delivery"  # 直接发货
    INVOICE_FIRST = "invoice_first"  # 先开票


@dataclass(frozen=True, slots=True)
class Project:
    """The registered opportunity a quote is made for, and whose it is."""

    opportunity_id: UUID
    project_number: str
    customer_id: UUID
    owner_id: UUID
    department: str | None
    branch: str | None
    region: str | None


@dataclass(frozen=True, slots=True)
class Terms:
    """What is offered besides the goods."""

    chain: Chain
    payment_terms: str | None
    payment_days: int
    valid_until: date


@dataclass(frozen=True, slots=True)
class Priced:
    """Lines at the prices of the list that was in force, if any was."""

    currency: str
    price_list_id: UUID | None
    lines: tuple[QuoteLine, ...]
