"""Where an order comes from, and how it is covered."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from services.order.orders.errors import ChainNotPermitted
from shared.events.vocabulary import Chain, Settlement


def must_be_permitted(chain: Chain, permitted: Collection[Chain]) -> None:
    """Refuse a business type that the company has not chosen (S103, S121, S145)."""
    if chain not in permitted:
        allowed = ", ".join(permitted)
        raise ChainNotPermitted(f"{chain} is none of {allowed}.", permitted=list(permitted))


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
