"""Products over HTTP: bodies in, bodies out, and the commands they become."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.opportunity.presenting import facts, money_in, money_out
from services.opportunity.products.model import Description, Status
from services.opportunity.products.service import ChangeProduct, EnterProduct
from shared.http.fields import Code, Input, MoneyIn, MoneyOut, Name, Output
from shared.http.rights import Restricted

Unit = Annotated[Name, Field(examples=["台"])]


class DescriptionIn(Input):
    """The description of a product."""

    name: Annotated[Name, Field(examples=["高压断路器"])]
    unit: Unit
    line: Name | None = None
    category: Name | None = None
    cost_price: MoneyIn | None = None

    def changes(self) -> dict[str, Any]:
        """Return the fields that were sent, as the model names them."""
        sent = self.model_dump(exclude_unset=True, include=set(DescriptionIn.model_fields))
        if "cost_price" in sent:
            sent["cost_price"], sent["cost_currency"] = money_in(self.cost_price)
        return sent


class ProductIn(DescriptionIn):
    """A new product."""

    code: Annotated[Code, Field(examples=["GY-126"])]

    def command(self) -> EnterProduct:
        """Return the command this body stands for."""
        return EnterProduct(self.code, Description(**self.changes()))


class ProductPatch(DescriptionIn):
    """Fields to change; null empties a field, a field left out stays as it is."""

    name: Name = ""  # left out: stays; given: 1 to 200 characters
    unit: Unit = ""

    def command(self, product_id: UUID, expected: int | None) -> ChangeProduct:
        """Return the command this body stands for."""
        return ChangeProduct(product_id, expected, self.changes())


class ProductOut(Output):
    """A product. ``cost_price`` is null for those who may not see it."""

    id: UUID
    version: int
    code: str
    name: str
    unit: str
    line: str | None
    category: str | None
    status: Status
    created_at: datetime
    cost_price: Annotated[MoneyOut | None, Restricted("product.cost")] = None

    @classmethod
    def of(cls, product: Any) -> ProductOut:
        """Present a product, or the row of one in a list."""
        shown = facts(product)
        cost = money_out(shown["cost_price"], shown["cost_currency"])
        return cls.model_validate(shown | {"cost_price": cost})
