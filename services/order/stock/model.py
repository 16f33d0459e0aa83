"""A stock level: how much of a product is on hand at a site, and who says so (S135, S224)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from services.order.stock.errors import StockIsFed


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevel:
    """One row of the view. What the product is called is known when its events have arrived.

    It is a view of what others look after, so it has no events of its own.
    """

    id: UUID
    version: int
    product_code: str
    site: str
    on_hand: Decimal
    as_of: datetime
    source: str | None
    entered_by: UUID | None
    product_id: UUID | None
    product_name: str | None
    unit: str | None

    def must_be_entered_here(self) -> None:
        """Refuse to change by hand what another system tells."""
        if self.source is not None:
            raise StockIsFed(f"{self.source} tells the stock of {self.product_code}.")
