"""Invoices over HTTP: bodies in, bodies out, and the commands they become."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from services.order.contracts.schemas import PaymentDays
from services.order.invoices.drafting import Charge, DraftInvoice, DraftInvoiceOfOrder
from services.order.invoices.model import Invoice, Status
from services.order.invoices.returning import ReturnDelivery
from services.order.invoices.service import VoidInvoice
from services.order.products.schemas import MAX_LINES, LineOut, line_facts
from shared.http.fields import AmountOrNothing, Input, MoneyOut, Note, Output, Quantity, Share

_MAX_DELIVERIES = 50


class ChargeIn(Input):
    """A delivery line to charge for. Left out, quantity, price and discount are as delivered;
    sent, they are what the invoice says, and have to match (S153)."""

    delivery_id: UUID
    delivery_line_id: UUID
    quantity: Quantity | None = None
    unit_price: AmountOrNothing | None = None
    discount: Share | None = None


class InvoiceIn(Input):
    """A new invoice, in one of three ways: ``lines`` of deliveries, all that ``delivery_ids``
    leave uncharged, or an ``order_id`` of the invoice_first type. Without ``payment_days`` it is
    due as agreed in the orders."""

    lines: Annotated[list[ChargeIn] | None, Field(min_length=1, max_length=MAX_LINES)] = None
    delivery_ids: Annotated[list[UUID] | None, Field(min_length=1, max_length=_MAX_DELIVERIES)] = (
        None
    )
    order_id: UUID | None = None
    payment_days: PaymentDays | None = None

    @model_validator(mode="after")
    def _one_way(self) -> InvoiceIn:
        if sum(each is not None for each in (self.lines, self.delivery_ids, self.order_id)) != 1:
            raise PydanticCustomError("one_of", "Send one of lines, delivery_ids and order_id.")
        return self

    def command(self) -> DraftInvoice:
        """Return the command for an invoice of deliveries."""
        charges = tuple(Charge(**each.model_dump()) for each in self.lines or ())
        return DraftInvoice(charges, tuple(self.delivery_ids or ()), self.payment_days)

    def of_order(self, order_id: UUID) -> DraftInvoiceOfOrder:
        """Return the command for an invoice that comes before the delivery."""
        return DraftInvoiceOfOrder(order_id, self.payment_days)


class VoidIn(Input):
    """Why it is withdrawn."""

    reason: Note

    def command(self, invoice_id: UUID, expected: int | None) -> VoidInvoice:
        """Return the command this body stands for."""
        return VoidInvoice(invoice_id, expected, self.reason)


class ReturnIn(Input):
    """Why the goods came back."""

    reason: Note

    def command(self, delivery_id: UUID, expected: int | None) -> ReturnDelivery:
        """Return the command this body stands for."""
        return ReturnDelivery(delivery_id, expected, self.reason)


class InvoiceSummary(Output):
    """An invoice in a list. ``number`` is given when it is issued; ``open`` is still to be paid."""

    id: UUID
    version: int
    number: str | None
    customer_id: UUID
    contract_id: UUID | None
    status: Status
    total: MoneyOut
    open: MoneyOut
    payment_days: int
    issued_on: date | None
    due_on: date | None
    owner_id: UUID
    department: str | None
    branch: str | None
    region: str | None
    prepared_by: UUID
    prepared_for: UUID | None = Field(description="in whose name, when a deputy did")
    checked_by: UUID | None
    checked_for: UUID | None = Field(description="in whose name, when a deputy did")
    created_at: datetime
    import_id: UUID | None

    @classmethod
    def of_row(cls, row: Any) -> InvoiceSummary:
        """Present a row of a list."""
        fields = dict(row)
        for name in ("total", "open"):
            fields[name] = MoneyOut(amount=row[name], currency=row["currency"])
        return cls.model_validate(fields)


class InvoiceLineOut(LineOut):
    """What is charged for one delivery line, or for one order line where billing comes first."""

    order_id: UUID | None
    order_line_id: UUID | None
    delivery_id: UUID | None
    delivery_line_id: UUID | None


class InvoiceOut(InvoiceSummary):
    """An invoice with its lines."""

    lines: list[InvoiceLineOut]

    @classmethod
    def of(cls, invoice: Invoice) -> InvoiceOut:
        """Present an invoice."""
        fields = dict(vars(invoice))
        for name in ("total", "open"):
            fields[name] = MoneyOut(amount=fields[name], currency=invoice.currency)
        fields["lines"] = [
            InvoiceLineOut(
                **line_facts(line, invoice.currency),
                order_id=line.order_id,
                order_line_id=line.order_line_id,
                delivery_id=line.delivery_id,
                delivery_line_id=line.delivery_line_id,
            )
            for line in invoice.lines
        ]
        return cls.model_validate(fields)
