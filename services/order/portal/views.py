"""What a customer sees of their own documents: what is agreed, on its way or owed, and nothing of
what the house prepares or thinks of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.order.accounts.table import accounts
from services.order.deliveries.drafting import deliveries
from services.order.deliveries.model import Delivery
from services.order.deliveries.model import Status as DeliveryStatus
from services.order.deliveries.table import deliveries as delivery_table
from services.order.deliveries.table import delivery_lines
from services.order.invoices.drafting import invoices
from services.order.invoices.model import POSTED, Invoice
from services.order.invoices.table import invoice_lines
from services.order.invoices.table import invoices as invoice_table
from services.order.orders.model import Order
from services.order.orders.placing import orders
from services.order.orders.table import orders as order_table
from services.order.portal_users.buyer import Buyer
from services.order.prepayments.table import prepayments
from shared.db.driver import Connection
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.domain.errors import NotFound
from shared.domain.money import ZERO

#: Deliveries from the moment they have left.
UNDER_WAY = (DeliveryStatus.SHIPPED, DeliveryStatus.RECEIVED, DeliveryStatus.RETURNED)


@dataclass(frozen=True, slots=True)
class Balance:
    """A customer's account in one currency, as both sides know it."""

    currency: str
    receivable: Any = ZERO
    committed: Any = ZERO
    prepaid: Any = ZERO
    held: Any = ZERO


async def own_order(conn: Connection, buyer: Buyer, order_id: UUID) -> Order:
    """Return an order of the customer's own, whoever placed it; anybody else's is not there."""
    order = await orders.get(conn, order_id)
    buyer.must_own(orders.noun, order_id, order.customer_id)
    return order


async def own_delivery(conn: Connection, buyer: Buyer, delivery_id: UUID) -> Delivery:
    """Return a delivery of the customer's own that has left."""
    delivery = await deliveries.get(conn, delivery_id)
    buyer.must_own(deliveries.noun, delivery_id, delivery.customer_id)
    if delivery.status not in UNDER_WAY:
        raise NotFound.of(deliveries.noun, delivery_id)
    return delivery


async def own_invoice(conn: Connection, buyer: Buyer, invoice_id: UUID) -> Invoice:
    """Return an issued invoice of the customer's own."""
    invoice = await invoices.get(conn, invoice_id)
    buyer.must_own(invoices.noun, invoice_id, invoice.customer_id)
    if invoice.status not in POSTED:
        raise NotFound.of(invoices.noun, invoice_id)
    return invoice


async def order_page(
    conn: Connection, buyer: Buyer, status: str | None, request: PageRequest
) -> Page:
    """Return one page of the customer's own orders."""
    query = sa.select(order_table).where(buyer.own(order_table))
    if status is not None:
        query = query.where(order_table.c.status == status)
    return await fetch_page(conn, query, request, sorts=_by_age(order_table), key=order_table.c.id)


async def delivery_page(
    conn: Connection, buyer: Buyer, order_id: UUID | None, request: PageRequest
) -> Page:
    """Return one page of the customer's own deliveries that have left."""
    table = delivery_table
    query = sa.select(table).where(buyer.own(table), table.c.status.in_(UNDER_WAY))
    if order_id is not None:
        query = query.where(
            table.c.id.in_(
                sa.select(delivery_lines.c.delivery_id).where(delivery_lines.c.order_id == order_id)
            )
        )
    return await fetch_page(conn, query, request, sorts=_by_age(table), key=table.c.id)


async def invoice_page(
    conn: Connection, buyer: Buyer, order_id: UUID | None, request: PageRequest
) -> Page:
    """Return one page of the customer's own issued invoices."""
    table = invoice_table
    query = sa.select(table).where(buyer.own(table), table.c.status.in_(POSTED))
    if order_id is not None:
        query = query.where(
            table.c.id.in_(
                sa.select(invoice_lines.c.invoice_id).where(invoice_lines.c.order_id == order_id)
            )
        )
    return await fetch_page(conn, query, request, sorts=_by_age(table), key=table.c.id)


async def balances(conn: Connection, buyer: Buyer) -> list[Balance]:
    """Return what the customer owes, has ordered and has paid ahead, by currency."""
    owed = sa.select(accounts.c.currency, accounts.c.receivable, accounts.c.committed)
    ahead = sa.select(prepayments.c.currency, prepayments.c.balance, prepayments.c.held)
    known = {row[0]: row for row in await conn.execute(owed.where(buyer.own(accounts)))}
    paid = {row[0]: row for row in await conn.execute(ahead.where(buyer.own(prepayments)))}
    nothing = (None, ZERO, ZERO)
    return [
        Balance(currency, *known.get(currency, nothing)[1:], *paid.get(currency, nothing)[1:])
        for currency in sorted(known.keys() | paid.keys())
    ]


def _by_age(table: sa.Table) -> dict[str, Sort]:
    return {
        "created": Sort(table.c.id, UUID),
        "-created": Sort(table.c.id, UUID, descending=True),
    }
