"""The lines of an order, and how far each has come."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from services.order.products.line import ProductLine
from shared.domain.money import QUANTITY_STEP

#: With the places the database keeps, so that what is answered is what is read later.
_NOTHING = Decimal(0).quantize(QUANTITY_STEP)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine(ProductLine):
    """One line, and how far it has come. Called off a contract, it names the contract's line."""

    contract_line_id: UUID | None = None
    delivered: Decimal = _NOTHING
    invoiced: Decimal = _NOTHING

    @property
    def to_deliver(self) -> Decimal:
        """The quantity still to be delivered."""
        return max(self.quantity - self.delivered, _NOTHING)

    def uninvoiced(self, currency: str) -> Decimal:
        """Return what is still to be invoiced: the line less what the invoiced part is worth."""
        return self.amount - self.worth(min(self.invoiced, self.quantity), currency)
