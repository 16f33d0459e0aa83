"""Facts of the trade: contracts, orders, deliveries and invoices, with their lines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.analytics.facts.columns import (
    Row,
    countable,
    day,
    fact_table,
    line_table,
    money,
    owned_row,
    quantity,
    text,
    uuid,
)
from services.analytics.facts.projection import Lines, Projection
from shared.events.order import ContractState, DeliveryState, InvoiceState, OrderState
from shared.inbox.arrival import Received

#: States in which a document counts in the figures.
ORDERED = frozenset({"approved", "partly_delivered", "delivered", "closed"})
SHIPPED = frozenset({"shipped", "received"})
ISSUED = frozenset({"issued", "partly_settled", "settled"})


def _lines_of(name: str, parent: str, *columns: sa.schema.SchemaItem) -> sa.Table:
    # A line repeats what its document says about day, customer and owner: the cube then reads one
    # table. The index serves periods; what is not counted is not in it.
    return line_table(
        name,
        parent,
        *countable(),
        uuid("product_id"),
        quantity("quantity"),
        *columns,
        sa.Index(f"{name}_day", "day", postgresql_where=sa.text("day IS NOT NULL")),
        sa.Index(f"{name}_customer", "customer_id", "day"),
        sa.Index(f"{name}_product", "product_id", "day"),
    )


contracts = fact_table(
    "contract",
    text("number"),
    *countable(),
    text("status"),
    uuid("quote_id", optional=True),
    uuid("opportunity_id", optional=True),
    day("starts_on", optional=True),
    day("ends_on", optional=True),
)
contract_lines = _lines_of("contract_line", "contract_id")
orders = fact_table(
    "sales_order",
    text("number"),
    *countable(),
    text("status"),
    text("chain"),
    uuid("contract_id", optional=True),
    uuid("quote_id", optional=True),
    uuid("opportunity_id", optional=True),
    day("ordered_on"),
    text("settlement", optional=True),
    sa.Index("sales_order_customer", "customer_id", "day"),
)
order_lines = _lines_of("order_line", "order_id", quantity("delivered"), quantity("invoiced"))
deliveries = fact_table(
    "delivery",
    text("number"),
    *countable(),
    text("status"),
    text("chain"),
    day("received_on", optional=True),
)
delivery_lines = _lines_of(
    "delivery_line",
    "delivery_id",
    uuid("order_id", optional=True),
    uuid("order_line_id", optional=True),
)
invoices = fact_table(
    "invoice",
    text("number", optional=True),
    *countable(),
    text("status"),
    money("open"),
    day("due_on", optional=True),
    sa.Index("invoice_customer", "customer_id", "day"),
    sa.Index("invoice_open", "due_on", postgresql_where=sa.text("day IS NOT NULL AND open > 0")),
)
invoice_lines = _lines_of(
    "invoice_line",
    "invoice_id",
    uuid("order_id", optional=True),
    uuid("delivery_id", optional=True),
)


def _document(data: Any, on: date | None) -> Row:
    return {
        "number": data.number,
        "status": data.status,
        "day": on,
        "customer_id": data.customer_id,
        **owned_row(data),
        "amount": data.total.amount,
        "currency": data.total.currency,
    }


def _lines(parent: str, parent_id: UUID, data: Any, on: date | None) -> Iterator[tuple[Row, Any]]:
    """Yield each line with what the cube sums, and the line itself for the rest."""
    shared = {parent: parent_id, "day": on, "customer_id": data.customer_id, **owned_row(data)}
    for line in data.lines:
        row = {
            "line_id": line.line_id,
            "product_id": line.product_id,
            "quantity": line.quantity,
            "amount": line.amount.amount,
            "currency": line.amount.currency,
        }
        yield shared | row, line


def _ordered(data: OrderState) -> date | None:
    return data.ordered_on if data.status in ORDERED else None


def _shipped(data: DeliveryState) -> date | None:
    return data.shipped_on if data.status in SHIPPED else None


def _issued(data: InvoiceState) -> date | None:
    return data.issued_on if data.status in ISSUED else None


def _contract(received: Received[ContractState]) -> Row:
    data = received.data
    return _document(data, data.signed_on) | {
        "quote_id": data.quote_id,
        "opportunity_id": data.opportunity_id,
        "starts_on": data.starts_on,
        "ends_on": data.ends_on,
    }


def _contract_lines(received: Received[ContractState]) -> Iterator[Row]:
    data = received.data
    for row, _ in _lines("contract_id", data.contract_id, data, data.signed_on):
        yield row


def _order(received: Received[OrderState]) -> Row:
    data = received.data
    return _document(data, _ordered(data)) | {
        "chain": data.chain,
        "contract_id": data.contract_id,
        "quote_id": data.quote_id,
        "opportunity_id": data.opportunity_id,
        "ordered_on": data.ordered_on,
        "settlement": data.settlement,
    }


def _order_lines(received: Received[OrderState]) -> Iterator[Row]:
    data = received.data
    for row, line in _lines("order_id", data.order_id, data, _ordered(data)):
        yield row | {"delivered": line.delivered, "invoiced": line.invoiced}


def _delivery(received: Received[DeliveryState]) -> Row:
    data = received.data
    return _document(data, _shipped(data)) | {
        "chain": data.chain,
        "received_on": data.received_on,
    }


def _delivery_lines(received: Received[DeliveryState]) -> Iterator[Row]:
    data = received.data
    for row, line in _lines("delivery_id", data.delivery_id, data, _shipped(data)):
        yield row | {"order_id": line.order_id, "order_line_id": line.order_line_id}


def _invoice(received: Received[InvoiceState]) -> Row:
    data = received.data
    return _document(data, _issued(data)) | {
        "contract_id": data.contract_id,
        "open": data.open.amount,
        "due_on": data.due_on,
    }


def _invoice_lines(received: Received[InvoiceState]) -> Iterator[Row]:
    data = received.data
    for row, line in _lines("invoice_id", data.invoice_id, data, _issued(data)):
        yield row | {"order_id": line.order_id, "delivery_id": line.delivery_id}


PROJECTIONS = (
    Projection(ContractState, contracts, _contract, (Lines(contract_lines, _contract_lines),)),
    Projection(OrderState, orders, _order, (Lines(order_lines, _order_lines),)),
    Projection(DeliveryState, deliveries, _delivery, (Lines(delivery_lines, _delivery_lines),)),
    Projection(InvoiceState, invoices, _invoice, (Lines(invoice_lines, _invoice_lines),)),
)
