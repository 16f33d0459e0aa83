"""Parts of the order service's events: lines of documents, sides of a journal."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from shared.events.values import Money, Value


class Line(Value):
    """One product line of a contract. ``discount`` is a share of one."""

    line_id: UUID
    product_id: UUID
    product_code: str
    product_name: str
    unit: str
    quantity: Decimal
    unit_price: Money
    discount: Decimal
    amount: Money


class OrderLine(Line):
    """One line of an order, with how far it has come."""

    delivered: Decimal
    invoiced: Decimal


class DraftLine(Value):
    """One line of what a customer is about to order: its price is that of the day."""

    line_id: UUID
    product_id: UUID
    quantity: Decimal


class DeliveryLine(Value):
    """One line of a delivery; ``order_id`` is null in the direct_delivery chain (S145)."""

    line_id: UUID
    order_id: UUID | None
    order_line_id: UUID | None
    product_id: UUID
    product_code: str
    product_name: str
    quantity: Decimal
    unit_price: Money
    amount: Money


class InvoiceLine(DeliveryLine):
    """One line of an invoice, matched to a delivery line (S153)."""

    delivery_id: UUID | None
    delivery_line_id: UUID | None


class Posting(Value):
    """One side of a journal; positive is debit, negative is credit."""

    account: str
    customer_id: UUID | None
    amount: Money
