"""What a quote is made of: whose project it is for, the terms, and the priced lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.opportunity.quotes.line import QuoteLine
from shared.events.vocabulary import Chain


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
