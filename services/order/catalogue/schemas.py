"""The catalogue over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import Field

from services.order.prices.model import Tier
from shared.http.fields import MoneyOut, Output


class OfferedPriceOut(Output):
    """A price per unit, from a quantity on."""

    minimum_quantity: Decimal
    unit_price: MoneyOut


class OfferOut(Output):
    """A product as customers see it."""

    id: UUID
    code: str
    name: str
    unit: str
    prices: list[OfferedPriceOut] = Field(description="the smallest quantities first")
    available: bool | None = Field(description="whether any is in stock; null: not known")

    @classmethod
    def of(cls, row: Any, tiers: Sequence[Tier], currency: str) -> OfferOut:
        """Present a row of the catalogue; ``tiers`` have the largest quantities first."""
        prices = [
            OfferedPriceOut(
                minimum_quantity=tier.minimum_quantity,
                unit_price=MoneyOut(amount=tier.unit_price, currency=currency),
            )
            for tier in reversed(tiers)
        ]
        return cls(**dict(row), prices=prices)
