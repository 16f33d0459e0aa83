"""Invoices in PostgreSQL: what is charged already, and what is open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.order.deliveries.model import Taken
from services.order.invoices import events
from services.order.invoices.model import POSTED, Invoice, InvoiceLine, Status
from services.order.invoices.table import invoice_lines, invoices
from services.order.orders.table import orders
from shared.db.driver import Connection, Prepared
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.repository import Children, Repository

SORTS = {
    "created": Sort(invoices.c.id, UUID),
    "-created": Sort(invoices.c.id, UUID, descending=True),
}

_ids = sa.bindparam("ids", type_=sa.ARRAY(sa.Uuid))
_charged_columns = (sa.func.sum(invoice_lines.c.quantity), sa.func.sum(invoice_lines.c.amount))
_charged_deliveries = Prepared(
    sa.select(invoice_lines.c.delivery_line_id, *_charged_columns)
    .join(invoices, invoices.c.id == invoice_lines.c.invoice_id)
    .where(invoice_lines.c.delivery_id == sa.any_(_ids), invoices.c.status != Status.VOIDED)
    .group_by(invoice_lines.c.delivery_line_id)
)
_charged_orders = Prepared(
    sa.select(invoice_lines.c.order_line_id, *_charged_columns)
    .join(invoices, invoices.c.id == invoice_lines.c.invoice_id)
    .where(invoice_lines.c.order_id == sa.any_(_ids), invoices.c.status != Status.VOIDED)
    .group_by(invoice_lines.c.order_line_id)
)
_issued_orders = Prepared(
    sa.select(invoice_lines.c.order_line_id, *_charged_columns)
    .join(invoices, invoices.c.id == invoice_lines.c.invoice_id)
    .where(invoice_lines.c.order_id == sa.any_(_ids), invoices.c.status.in_(POSTED))
    .group_by(invoice_lines.c.order_line_id)
)
_issued_deliveries = Prepared(
    sa.select(invoice_lines.c.delivery_line_id, *_charged_columns)
    .join(invoices, invoices.c.id == invoice_lines.c.invoice_id)
    .where(invoice_lines.c.delivery_id == sa.any_(_ids), invoices.c.status.in_(POSTED))
    .group_by(invoice_lines.c.delivery_line_id)
)
_unpaid_of_order = Prepared(
    sa.select(sa.literal(1))
    .select_from(invoice_lines.join(invoices, invoices.c.id == invoice_lines.c.invoice_id))
    .where(
        invoice_lines.c.order_id == sa.bindparam("order_id"),
        invoices.c.status.not_in([Status.SETTLED, Status.VOIDED]),
    )
    .limit(1)
)
_owed_under = Prepared(
    sa.select(sa.literal(1))
    .where(
        invoices.c.contract_id == sa.bindparam("contract_id"),
        invoices.c.status.not_in([Status.SETTLED, Status.VOIDED]),
    )
    .limit(1)
)
_terms = Prepared(
    sa.select(orders.c.contract_id, orders.c.payment_days, orders.c.agreed_days).where(
        orders.c.id == sa.any_(_ids)
    )
)
_oldest_open = (
    sa.select(
        invoices.c.id, invoices.c.number, invoices.c.issued_on, invoices.c.due_on, invoices.c.open
    )
    .where(
        invoices.c.customer_id == sa.bindparam("customer_id"),
        invoices.c.currency == sa.bindparam("currency"),
        invoices.c.status.in_([Status.ISSUED, Status.PARTLY_SETTLED]),
    )
    .order_by(invoices.c.due_on, invoices.c.id)
    .limit(sa.bindparam("size"))
)


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """What a list of invoices is narrowed by; None means any."""

    status: str | None = None
    customer_id: UUID | None = None
    contract_id: UUID | None = None
    order_id: UUID | None = None
    due_before: date | None = None


class Invoices(Repository[Invoice]):
    """The invoices of the company."""

    kind = Invoice
    table = invoices
    noun = "invoice"
    owner = invoices.c.owner_id
    children = (Children("lines", InvoiceLine, invoice_lines, "invoice_id"),)
    payload = staticmethod(events.payload)

    async def charged(self, conn: Connection, delivery_ids: Sequence[UUID]) -> dict[UUID, Taken]:
        """Return how much of each delivery line is on an invoice that is not voided.

        Lock the deliveries first.
        """
        return await _taken(conn, _charged_deliveries, delivery_ids)

    async def charged_orders(
        self, conn: Connection, order_ids: Sequence[UUID]
    ) -> dict[UUID, Taken]:
        """Return how much of each order line is on an invoice that is not voided.

        Lock the orders first.
        """
        return await _taken(conn, _charged_orders, order_ids)

    async def issued(self, conn: Connection, delivery_ids: Sequence[UUID]) -> dict[UUID, Taken]:
        """Return how much of each delivery line is on an issued invoice."""
        return await _taken(conn, _issued_deliveries, delivery_ids)

    async def issued_orders(self, conn: Connection, order_ids: Sequence[UUID]) -> dict[UUID, Taken]:
        """Return how much of each order line is on an issued invoice."""
        return await _taken(conn, _issued_orders, order_ids)

    async def terms_of(self, conn: Connection, order_ids: Iterable[UUID]) -> Sequence[Any]:
        """Return contract and payment days of some orders."""
        return (await conn.execute(_terms, {"ids": list(order_ids)})).all()

    async def has_unpaid(self, conn: Connection, order_id: UUID) -> bool:
        """Say whether an invoice of the order is not settled yet."""
        found = await conn.execute(_unpaid_of_order, {"order_id": order_id})
        return found.one_or_none() is not None

    async def owed_under(self, conn: Connection, contract_id: UUID) -> bool:
        """Say whether an invoice under the contract is not settled yet."""
        found = await conn.execute(_owed_under, {"contract_id": contract_id})
        return found.one_or_none() is not None

    async def oldest_open(
        self, conn: Connection, customer_id: UUID, currency: str, size: int
    ) -> Sequence[Any]:
        """Return the open invoices of a customer in one currency that are due first."""
        given = {"customer_id": customer_id, "currency": currency, "size": size}
        seen = conn.seeing(invoices.c.owner_id)
        return (await conn.execute(_oldest_open.where(*seen), given)).all()

    async def page(self, conn: Connection, wanted: InvoiceFilter, request: PageRequest) -> Page:
        """Return one page of invoices without their lines."""
        seen = conn.seeing(invoices.c.owner_id)
        query = self.query().where(*_conditions(wanted), *seen)
        return await fetch_page(conn, query, request, sorts=SORTS, key=invoices.c.id)


async def _taken(conn: Connection, query: Prepared, ids: Sequence[UUID]) -> dict[UUID, Taken]:
    if not ids:
        return {}
    rows = await conn.execute(query, {"ids": ids})
    return {line_id: Taken(quantity, amount) for line_id, quantity, amount in rows}


def _conditions(wanted: InvoiceFilter) -> list[sa.ColumnElement[bool]]:
    equal: dict[str, Any] = {
        "status": wanted.status,
        "customer_id": wanted.customer_id,
        "contract_id": wanted.contract_id,
    }
    found = [invoices.c[name] == value for name, value in equal.items() if value is not None]
    if wanted.due_before is not None:
        found.append(invoices.c.due_on < wanted.due_before)
        found.append(invoices.c.status.in_([Status.ISSUED, Status.PARTLY_SETTLED]))
    if wanted.order_id is not None:
        lines = sa.select(invoice_lines.c.invoice_id).where(
            invoice_lines.c.order_id == wanted.order_id
        )
        found.append(invoices.c.id.in_(lines))
    return found
