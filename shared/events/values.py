"""Small shapes shared by event payloads."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.events.payload import Payload


class Value(BaseModel):
    """Base of the parts of a payload; like payloads they ignore fields they do not know."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Money(Value):
    """An exact amount: a decimal string with two places, and its ISO 4217 currency."""

    amount: Decimal
    currency: str


class Owned(Payload):
    """Whose document it is, and where that person stood in the organisation at the time."""

    owner_id: UUID
    department: str | None = None
    branch: str | None = None
    region: str | None = None
