"""What a contract agrees on: what opinions, approval and signatures are bound to (S117)."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace
from datetime import date
from uuid import UUID

from pydantic_core import to_json

from services.order.products.line import ProductLine, must_fit
from shared.domain.errors import Invalid


@dataclass(kw_only=True)
class Content:
    """What is agreed: the part of a contract that approvals are bound to (S117)."""

    title: str
    customer_id: UUID
    currency: str
    lines: tuple[ProductLine, ...]
    terms: str | None = None
    payment_days: int = 30
    starts_on: date | None = None
    ends_on: date | None = None

    def hash(self) -> str:
        """Return the SHA-256 of what is agreed, in a canonical form.

        What the list says of the lines is no part of it.
        """
        content = {name: getattr(self, name) for name in Content.__dataclass_fields__}
        content["lines"] = [asdict(replace(line, list_price=None)) for line in self.lines]
        return hashlib.sha256(to_json(content)).hexdigest()

    @property
    def agreed(self) -> Content:
        """What is agreed, and nothing else of the document."""
        return Content(**{name: getattr(self, name) for name in Content.__dataclass_fields__})

    def must_be_possible(self) -> None:
        """Refuse a term that ends before it starts, and amounts that do not fit."""
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise Invalid.field("/ends_on", "It ends before it starts.", "ends_before_start")
        must_fit(self.lines)
