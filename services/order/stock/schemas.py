"""Stock over HTTP."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.order.stock.model import StockLevel
from services.order.stock.service import CountStock, EnterStock
from shared.http.fields import Input, Name, Output, QuantityOrNothing


class StockIn(Input):
    """The stock of a product at a site that no other system tells."""

    product_id: UUID
    site: Annotated[Name, Field(examples=["上海一号仓"])]
    on_hand: QuantityOrNothing

    def command(self) -> EnterStock:
        """Return the command this body stands for."""
        return EnterStock(self.product_id, self.site, self.on_hand)


class StockPatch(Input):
    """How much there is now."""

    on_hand: QuantityOrNothing

    def command(self, stock_id: UUID, expected: int | None) -> CountStock:
        """Return the command this body stands for."""
        return CountStock(stock_id, expected, self.on_hand)


class StockOut(Output):
    """How much of a product is on hand at a site, true for ``as_of``.

    ``source`` is the system that told it; null where it was entered here, by ``entered_by``. The
    product's id, name and unit are null while no such product is known here.
    """

    id: UUID
    version: int
    product_id: UUID | None
    product_code: str
    product_name: str | None
    unit: str | None
    site: str
    on_hand: Decimal
    as_of: datetime
    source: str | None
    entered_by: UUID | None

    @classmethod
    def of(cls, level: StockLevel) -> StockOut:
        """Present a stock level."""
        return cls.model_validate(level)

    @classmethod
    def of_row(cls, row: Any) -> StockOut:
        """Present a row of a list."""
        return cls.model_validate(dict(row))
