"""A customer's own documents over HTTP: no owner, no author, no list price, nothing of the review
but how far it is."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import Field

from services.order.deliveries.model import Delivery
from services.order.deliveries.model import Status as DeliveryStatus
from services.order.invoices.model import Invoice
from services.order.invoices.model import Status as InvoiceStatus
from services.order.orders.model import Order
from services.order.orders.status import Status as OrderStatus
from services.order.portal.views import Balance
from services.order.products.schemas import line_facts
from shared.http.fields import MoneyOut, Output


class OwnLineOut(Output):
    """A line of a document: of ``line_facts`` what a customer sees."""

    product_id: UUID
    product_code: str
    product_name: str
    unit: str
    quantity: Decimal
    unit_price: MoneyOut
    discount: Decimal
    amount: MoneyOut


class OwnOrderLineOut(OwnLineOut):
    """A line of an order, and how far it has come."""

    id: UUID
    delivered: Decimal
    invoiced: Decimal


class OwnOrderSummary(Output):
    """An order of the customer's own, in a list."""

    id: UUID
    version: int
    number: str
    status: OrderStatus
    total: MoneyOut
    ordered_on: date
    payment_days: int
    portal_user_id: UUID | None = Field(
        description="who placed it here; null: the sales department"
    )
    created_at: datetime

    @classmethod
    def of_row(cls, row: Any) -> OwnOrderSummary:
        """Present a row of a list."""
        return cls.model_validate(_with_money(dict(row), "total"))


class OwnOrderOut(OwnOrderSummary):
    """An order of the customer's own, with its lines."""

    lines: list[OwnOrderLineOut]

    @classmethod
    def of(cls, order: Order) -> OwnOrderOut:
        """Present an order to its customer."""
        fields = _with_money(dict(vars(order)), "total")
        fields["lines"] = [
            OwnOrderLineOut(
                **line_facts(line, order.currency),
                delivered=line.delivered,
                invoiced=line.invoiced,
            )
            for line in order.lines
        ]
        return cls.model_validate(fields)


class OwnDeliverySummary(Output):
    """A delivery that has left, in a list."""

    id: UUID
    version: int
    number: str
    status: DeliveryStatus
    shipped_on: date | None
    received_on: date | None
    carrier: str | None
    tracking: str | None


class GoodsOut(Output):
    """Goods of a delivery."""

    order_id: UUID | None
    product_id: UUID
    product_code: str
    product_name: str
    unit: str
    quantity: Decimal


class OwnDeliveryOut(OwnDeliverySummary):
    """A delivery that has left, with its goods."""

    lines: list[GoodsOut]

    @classmethod
    def of(cls, delivery: Delivery) -> OwnDeliveryOut:
        """Present a delivery to its customer."""
        return cls.model_validate(delivery)


class OwnInvoiceSummary(Output):
    """An issued invoice, in a list; ``open`` is still to be paid."""

    id: UUID
    version: int
    number: str | None
    status: InvoiceStatus
    total: MoneyOut
    open: MoneyOut
    issued_on: date | None
    due_on: date | None

    @classmethod
    def of_row(cls, row: Any) -> OwnInvoiceSummary:
        """Present a row of a list."""
        return cls.model_validate(_with_money(dict(row), "total", "open"))


class OwnInvoiceLineOut(OwnLineOut):
    """What is charged for a line of an order."""

    order_id: UUID | None


class OwnInvoiceOut(OwnInvoiceSummary):
    """An issued invoice with its lines."""

    lines: list[OwnInvoiceLineOut]

    @classmethod
    def of(cls, invoice: Invoice) -> OwnInvoiceOut:
        """Present an invoice to its customer."""
        fields = _with_money(dict(vars(invoice)), "total", "open")
        fields["lines"] = [
            OwnInvoiceLineOut(**line_facts(line, invoice.currency), order_id=line.order_id)
            for line in invoice.lines
        ]
        return cls.model_validate(fields)


class BalanceOut(Output):
    """The customer's account in one currency."""

    receivable: MoneyOut = Field(description="open invoices")
    committed: MoneyOut = Field(description="approved orders that will be invoiced")
    prepaid: MoneyOut = Field(description="paid ahead")
    held: MoneyOut = Field(description="of what is paid ahead, held for orders")

    @classmethod
    def of(cls, balance: Balance) -> BalanceOut:
        """Present a balance."""
        names = cls.model_fields
        return cls(
            **{
                each: MoneyOut(amount=getattr(balance, each), currency=balance.currency)
                for each in names
            }
        )


class AccountOut(Output):
    """What the customer owes, has ordered and has paid ahead, by currency."""

    balances: list[BalanceOut]


def _with_money(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    for name in names:
        fields[name] = MoneyOut(amount=fields[name], currency=fields["currency"])
    return fields
