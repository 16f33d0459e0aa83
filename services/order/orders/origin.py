"""Where an order comes from, and how it is covered."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from shared.events.vocabulary import Chain, Settlement


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What an order was made from; ``agreed_days`` to pay are those of contract or quote."""

    chain: Chain
    contract_id: UUID | None = None
    quote_id: UUID | None = None
    opportunity_id: UUID | None = None
    agreed_days: int | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """How an approved order is covered; ``used`` of ``limit`` when it is on credit (S165-S167)."""

    settlement: Settlement
    used: Decimal | None = None
    limit: Decimal | None = None
