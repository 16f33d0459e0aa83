"""Orders over HTTP: bodies in, bodies out, and the commands they become."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.order.contracts.schemas import PaymentDays
from services.order.orders.approving import RejectOrder
from services.order.orders.model import Order
from services.order.orders.placing import CallOff, CallOffOrder, ChangeOrder, PlaceOrder
from services.order.orders.progress import CancelOrder
from services.order.orders.status import Status
from services.order.products.line import Asked
from services.order.products.schemas import MAX_LINES, LineOut, line_facts, one_currency
from shared.auth.roles import Role
from shared.domain.errors import Invalid
from shared.events.vocabulary import Chain, Settlement
from shared.http.fields import Input, MoneyIn, MoneyOut, Note, Output, Quantity, Share


class OrderLineIn(Input):
    """A line: ``product_id`` and ``unit_price``, or of a contract ``contract_line_id`` alone."""

    product_id: UUID | None = None
    unit_price: MoneyIn | None = None
    discount: Share | None = None
    contract_line_id: UUID | None = None
    quantity: Quantity

    def asked(self, place: int) -> tuple[Asked, MoneyIn]:
        """Return the line of a direct order, with its price."""
        if self.contract_line_id is not None:
            pointer = f"/lines/{place}/contract_line_id"
            raise Invalid.field(pointer, "This order is under no contract.", "no_contract")
        if self.product_id is None:
            raise Invalid.field(f"/lines/{place}/product_id", "Which product?", "missing")
        if self.unit_price is None:
            raise Invalid.field(f"/lines/{place}/unit_price", "At which price?", "missing")
        asked = Asked(
            product_id=self.product_id,
            quantity=self.quantity,
            unit_price=self.unit_price.amount,
            discount=self.discount or Decimal(0),
        )
        return asked, self.unit_price

    def call(self, place: int) -> CallOff:
        """Return the line of an order under a contract."""
        if self.contract_line_id is None:
            pointer = f"/lines/{place}/contract_line_id"
            raise Invalid.field(pointer, "Which line of the contract?", "missing")
        if (self.product_id, self.unit_price, self.discount) != (None, None, None):
            message = "Product, price and discount are those of the contract."
            raise Invalid.field(f"/lines/{place}", message, "under_contract")
        return CallOff(self.contract_line_id, self.quantity)


OrderLines = Annotated[list[OrderLineIn], Field(min_length=1, max_length=MAX_LINES)]


class OrderIn(Input):
    """A new order (S120). Under a contract its lines name those of the contract; otherwise product
    and price, and its currency is that of the prices."""

    customer_id: UUID
    chain: Chain = Chain.ORDINARY
    contract_id: UUID | None = None
    lines: OrderLines
    payment_days: PaymentDays | None = None
    note: Note | None = None

    def command(self, permitted: Collection[Chain]) -> PlaceOrder | CallOffOrder:
        """Return the command this body stands for, where these business types are permitted."""
        if self.contract_id is not None:
            return CallOffOrder(
                chain=self.chain,
                permitted=permitted,
                customer_id=self.customer_id,
                contract_id=self.contract_id,
                lines=tuple(line.call(place) for place, line in enumerate(self.lines)),
                payment_days=self.payment_days,
                note=self.note,
            )
        lines, currency = _direct(self.lines)
        return PlaceOrder(
            chain=self.chain,
            permitted=permitted,
            customer_id=self.customer_id,
            currency=currency,
            lines=lines,
            payment_days=self.payment_days,
            note=self.note,
        )


class OrderPatch(Input):
    """Fields to change before the approval; ``lines`` replaces all lines."""

    lines: OrderLines = Field(default_factory=list)
    payment_days: PaymentDays = 30
    note: Note | None = None

    def command(self, order_id: UUID, expected: int | None) -> ChangeOrder:
        """Return the command this body stands for."""
        changes: dict[str, Any] = self.model_dump(exclude_unset=True, exclude={"lines"})
        if not self.lines:
            return ChangeOrder(order_id, expected, changes)
        if self.lines[0].contract_line_id is not None:
            calls = tuple(line.call(place) for place, line in enumerate(self.lines))
            return ChangeOrder(order_id, expected, changes, calls=calls)
        lines, currency = _direct(self.lines)
        return ChangeOrder(order_id, expected, changes, lines=lines, currency=currency)


class OrderReasonIn(Input):
    """Why."""

    reason: Note

    def reject(self, order_id: UUID, expected: int | None) -> RejectOrder:
        """Return the command to reject."""
        return RejectOrder(order_id, expected, self.reason)

    def cancel(self, order_id: UUID, expected: int | None) -> CancelOrder:
        """Return the command to cancel."""
        return CancelOrder(order_id, expected, self.reason)


class OrderLineOut(LineOut):
    """A line and how far it has come (S137)."""

    contract_line_id: UUID | None
    delivered: Decimal
    invoiced: Decimal
    to_deliver: Decimal


class OrderSummary(Output):
    """An order in a list. ``discount`` is the greatest off the price list, of all lines and the
    total, and ``required_role`` the least that may approve it; null where a quote or contract was
    approved in its place."""

    id: UUID
    version: int
    number: str
    chain: Chain
    customer_id: UUID
    contract_id: UUID | None
    quote_id: UUID | None
    opportunity_id: UUID | None
    status: Status
    total: MoneyOut
    ordered_on: date
    payment_days: int
    settlement: Settlement | None
    portal_user_id: UUID | None = Field(description="who placed it, when a customer did")
    discount: Decimal | None
    required_role: Role | None
    owner_id: UUID
    department: str | None
    branch: str | None
    region: str | None
    created_at: datetime

    @classmethod
    def of_row(cls, row: Any) -> OrderSummary:
        """Present a row of a list."""
        fields = dict(row)
        fields["total"] = MoneyOut(amount=row["total"], currency=row["currency"])
        return cls.model_validate(fields)


class OrderOut(OrderSummary):
    """An order with its lines. ``credit_used`` of ``credit_limit`` was taken when it was approved
    on credit."""

    lines: list[OrderLineOut]
    note: str | None
    authors: tuple[UUID, ...]
    approved_by: UUID | None
    approved_for: UUID | None = Field(description="in whose name, when a deputy did")
    approved_at: datetime | None
    credit_used: Decimal | None
    credit_limit: Decimal | None
    price_list_id: UUID | None
    policy_version: int | None
    own_authority: bool
    approved_role: Role | None
    reason: str | None

    @classmethod
    def of(cls, order: Order) -> OrderOut:
        """Present an order."""
        fields = dict(vars(order))
        fields["total"] = MoneyOut(amount=order.total, currency=order.currency)
        fields["lines"] = [
            OrderLineOut(
                **line_facts(line, order.currency),
                contract_line_id=line.contract_line_id,
                delivered=line.delivered,
                invoiced=line.invoiced,
                to_deliver=line.to_deliver,
            )
            for line in order.lines
        ]
        return cls.model_validate(fields)


def _direct(lines: list[OrderLineIn]) -> tuple[tuple[Asked, ...], str]:
    found = [line.asked(place) for place, line in enumerate(lines)]
    return tuple(asked for asked, _ in found), one_currency([price for _, price in found])
