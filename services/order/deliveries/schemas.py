"""Deliveries over HTTP: bodies in, bodies out, and the commands they become."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from services.order.deliveries.drafting import DraftDelivery, DraftDirectDelivery, Wanted
from services.order.deliveries.model import Delivery, Status
from services.order.deliveries.service import CancelDelivery, ReceiveDelivery, ShipDelivery
from services.order.products.schemas import MAX_LINES, LineOut, Lines, line_facts, one_currency
from shared.auth.roles import Role
from shared.events.vocabulary import Chain
from shared.http.fields import Day, Input, MoneyOut, Name, Note, Output, Quantity

_MAX_ORDERS = 50


class WantedIn(Input):
    """A quantity of an order line to deliver."""

    order_id: UUID
    order_line_id: UUID
    quantity: Quantity


class DirectDeliveryIn(Input):
    """Goods that no order asked for (S145). Their currency is that of the prices."""

    customer_id: UUID
    lines: Lines


class DeliveryIn(Input):
    """A new delivery, in one of three ways: ``lines`` of orders with quantities, all that
    ``order_ids`` leave open, or ``direct`` without an order."""

    lines: Annotated[list[WantedIn] | None, Field(min_length=1, max_length=MAX_LINES)] = None
    order_ids: Annotated[list[UUID] | None, Field(min_length=1, max_length=_MAX_ORDERS)] = None
    direct: DirectDeliveryIn | None = None

    @model_validator(mode="after")
    def _one_way(self) -> DeliveryIn:
        if sum(each is not None for each in (self.lines, self.order_ids, self.direct)) != 1:
            raise PydanticCustomError("one_of", "Send one of lines, order_ids and direct.")
        return self

    def command(self, tolerance: Decimal) -> DraftDelivery:
        """Return the command for a delivery of orders."""
        wanted = tuple(
            Wanted(each.order_id, each.order_line_id, each.quantity) for each in self.lines or ()
        )
        return DraftDelivery(wanted, tuple(self.order_ids or ()), tolerance)


def direct_command(body: DirectDeliveryIn, permitted: Collection[Chain]) -> DraftDirectDelivery:
    """Return the command for a delivery without an order."""
    return DraftDirectDelivery(
        customer_id=body.customer_id,
        currency=one_currency([line.unit_price for line in body.lines]),
        lines=tuple(line.asked() for line in body.lines),
        permitted=permitted,
    )


class ShipmentIn(Input):
    """How it goes (S151); today unless ``shipped_on`` says otherwise."""

    carrier: Annotated[Name | None, Field(examples=["顺丰速运"])] = None
    tracking: Annotated[Name | None, Field(examples=["SF1234567890"])] = None
    shipped_on: Day | None = None

    def command(self, delivery_id: UUID, expected: int | None) -> ShipDelivery:
        """Return the command this body stands for."""
        return ShipDelivery(delivery_id, expected, self.carrier, self.tracking, self.shipped_on)


class ArrivalIn(Input):
    """When the customer got it; today unless ``received_on`` says otherwise."""

    received_on: Day | None = None

    def command(self, delivery_id: UUID, expected: int | None) -> ReceiveDelivery:
        """Return the command this body stands for."""
        return ReceiveDelivery(delivery_id, expected, self.received_on)


class DeliveryCancellationIn(Input):
    """Why it is dropped."""

    reason: Note

    def command(self, delivery_id: UUID, expected: int | None) -> CancelDelivery:
        """Return the command this body stands for."""
        return CancelDelivery(delivery_id, expected, self.reason)


class DeliverySummary(Output):
    """A delivery in a list. ``discount`` is the greatest off the price list when no order asked
    for it, and ``required_role`` the least that may then check it."""

    id: UUID
    version: int
    number: str
    chain: Chain
    customer_id: UUID
    status: Status
    total: MoneyOut
    discount: Decimal | None
    required_role: Role | None
    owner_id: UUID
    department: str | None
    branch: str | None
    region: str | None
    prepared_by: UUID
    prepared_for: UUID | None = Field(description="in whose name, when a deputy did")
    checked_by: UUID | None
    checked_for: UUID | None = Field(description="in whose name, when a deputy did")
    shipped_on: date | None
    received_on: date | None
    carrier: str | None
    tracking: str | None
    created_at: datetime
    import_id: UUID | None

    @classmethod
    def of_row(cls, row: Any) -> DeliverySummary:
        """Present a row of a list."""
        fields = dict(row)
        fields["total"] = MoneyOut(amount=row["total"], currency=row["currency"])
        return cls.model_validate(fields)


class DeliveryLineOut(LineOut):
    """Goods of one order line, or of none when delivered directly."""

    order_id: UUID | None
    order_line_id: UUID | None


class DeliveryOut(DeliverySummary):
    """A delivery with its lines."""

    price_list_id: UUID | None
    policy_version: int | None
    own_authority: bool
    approved_role: Role | None
    lines: list[DeliveryLineOut]

    @classmethod
    def of(cls, delivery: Delivery) -> DeliveryOut:
        """Present a delivery."""
        fields = dict(vars(delivery))
        fields["total"] = MoneyOut(amount=delivery.total, currency=delivery.currency)
        fields["lines"] = [
            DeliveryLineOut(
                **line_facts(line, delivery.currency),
                order_id=line.order_id,
                order_line_id=line.order_line_id,
            )
            for line in delivery.lines
        ]
        return cls.model_validate(fields)
