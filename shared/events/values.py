"""Small shapes shared by event payloads and HTTP bodies."""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel, ConfigDict


class Money(BaseModel):
    """An exact amount: a decimal string with two places, and its ISO 4217 currency."""

    model_config = ConfigDict(frozen=True)

    amount: Decimal
    currency: str

