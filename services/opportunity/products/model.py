"""The product: what can be quoted (S119). Its cost never leaves the service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from services.opportunity.products.errors import ProductActive, ProductRetired
from shared.domain.aggregate import Aggregate, Change
from shared.domain.ids import new_id
from shared.events.opportunity import ProductChanged


class Status(StrEnum):
    """Whether it can be quoted."""

    ACTIVE = "active"  # 在售
    RETIRED = "retired"  # 停售


@dataclass(kw_only=True)
class Description:
    """What is known about a product, as entered."""

    name: str
    unit: str
    line: str | None = None
    category: str | None = None
    cost_price: Decimal | None = None
    cost_currency: str | None = None


@dataclass(kw_only=True)
class Product(Description, Aggregate):
    """A thing or service the company sells, under a unique code."""

    code: str
    status: Status
    created_at: datetime

    @classmethod
    def enter(cls, code: str, description: Description, at: datetime) -> tuple[Product, Change]:
        """Enter a product; it is active at once."""
        product = cls(
            **vars(description), id=new_id(), code=code, status=Status.ACTIVE, created_at=at
        )
        return product, Change(ProductChanged)

    def change(self, **fields: Any) -> Change:
        """Replace fields of the description."""
        for name, value in fields.items():
            setattr(self, name, value)
        return Change(ProductChanged)

    def retire(self) -> Change:
        """Stop selling it."""
        self.require_active()
        self.status = Status.RETIRED
        return Change(ProductChanged)

    def restore(self) -> Change:
        """Sell it again."""
        if self.status != Status.RETIRED:
            raise ProductActive(f"The product {self.code} is active.")
        self.status = Status.ACTIVE
        return Change(ProductChanged)

    def require_active(self) -> None:
        """Refuse a product that is not sold any more."""
        if self.status == Status.RETIRED:
            raise ProductRetired(f"The product {self.code} is retired.")
