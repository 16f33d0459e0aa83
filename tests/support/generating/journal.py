"""The source of chance, and the journal of what was published."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from shared.domain.money import total
from shared.events.envelope import Envelope
from shared.events.payload import Payload
from shared.events.values import Money

P = TypeVar("P", bound=Payload)


@dataclass
class Journal:
    """Publishes documents of one ``seed``, which are always the same."""

    seed: int = 1
    first_day: date = date(2025, 1, 1)
    days: int = 500
    currencies: Sequence[str] = ("CNY", "USD")
    events: list[Envelope] = field(default_factory=list)
    documents: dict[UUID, Payload] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self._versions: dict[UUID, int] = {}
        self._numbers: dict[str, int] = {}

    def newest(self, kind: type[P]) -> list[P]:
        """The newest state of every document of a family."""
        return [each for each in self.documents.values() if isinstance(each, kind)]

    def envelopes(self) -> list[Envelope]:
        """All events, in the order they happened."""
        return sorted(self.events, key=lambda each: each.time)

    def emit(self, kind: type[P], state: dict[str, Any], at: datetime) -> P:
        """Publish a payload as the next version of its document."""
        payload = kind.model_validate(state)
        key: UUID = state[f"{kind.aggregate_type}_id"]
        self._versions[key] = self._versions.get(key, 0) + 1
        self.documents[key] = payload
        self.events.append(
            Envelope(
                id=self.id(),
                type=kind.event_type,
                source=f"/kehu/{kind.service}",
                aggregate_type=kind.aggregate_type,
                aggregate_id=key,
                sequence=self._versions[key],
                time=at,
                data=payload.model_dump_json(),
                actor_id=UUID(int=0),
                correlation_id=UUID(int=0),
            )
        )
        return payload

    def id(self) -> UUID:
        """A random id."""
        return UUID(int=self.random.getrandbits(128), version=4)

    def number(self, prefix: str) -> str:
        """The next document number."""
        self._numbers[prefix] = self._numbers.get(prefix, 0) + 1
        return f"{prefix}-{self._numbers[prefix]:06d}"

    def day(self) -> date:
        """Some day of the period."""
        return self.first_day + timedelta(days=self.random.randrange(self.days))

    def moment(self, on: date, minute: int = 0, hour: int = 9) -> datetime:
        """A moment of that day in the business zone (which is eight hours ahead of UTC)."""
        return datetime.combine(on, time(hour, minute), UTC) - timedelta(hours=8)

    def business_day(self, at: datetime) -> date:
        """The day in Shanghai, reckoned without a time zone database."""
        return (at.astimezone(UTC) + timedelta(hours=8)).date()

    def currency(self) -> str:
        """One of the currencies."""
        return self.random.choice(list(self.currencies))

    def money(self) -> Money:
        """Some amount."""
        amount = Decimal(self.random.randint(1000, 10_000_000)) / 100
        return Money(amount=amount, currency=self.currency())


def place_of(document: Any) -> dict[str, Any]:
    """Whose a document is, as another of the same owner says it."""
    names = ("owner_id", "department", "branch", "region")
    return {name: getattr(document, name) for name in names}


def sum_of(items: Sequence[dict[str, Any]]) -> Money:
    """The total of lines."""
    currency = items[0]["amount"]["currency"]
    return Money(amount=total(item["amount"]["amount"] for item in items), currency=currency)
