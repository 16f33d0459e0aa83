"""Receipts and allocations in PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.order.prepayments.table import prepayments
from services.order.receipts import events
from services.order.receipts.model import Allocation, Receipt
from services.order.receipts.table import allocations, receipts
from shared.db.driver import Connection, Prepared
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.repository import Repository

SORTS = {
    "created": Sort(receipts.c.id, UUID),
    "-created": Sort(receipts.c.id, UUID, descending=True),
    "received_on": Sort(receipts.c.received_on, date),
    "-received_on": Sort(receipts.c.received_on, date, descending=True),
    "number": Sort(receipts.c.number, str),
}
ALLOCATION_SORTS = {
    "created": Sort(allocations.c.id, UUID),
    "-created": Sort(allocations.c.id, UUID, descending=True),
}


_prepayment_of = Prepared(
    sa.select(prepayments.c.id).where(
        prepayments.c.customer_id == sa.bindparam("customer_id"),
        prepayments.c.currency == sa.bindparam("currency"),
    )
)


@dataclass(frozen=True, slots=True)
class ReceiptFilter:
    """What a list of receipts is narrowed by; None means any."""

    status: str | None = None
    customer_id: UUID | None = None
    method: str | None = None
    received_from: date | None = None
    received_to: date | None = None


@dataclass(frozen=True, slots=True)
class AllocationFilter:
    """What a list of allocations is narrowed by; None means any."""

    status: str | None = None
    customer_id: UUID | None = None
    receipt_id: UUID | None = None
    invoice_id: UUID | None = None


class Receipts(Repository[Receipt]):
    """The receipts of the company."""

    kind = Receipt
    table = receipts
    noun = "receipt"
    owner = receipts.c.owner_id
    payload = staticmethod(events.receipt_payload)

    async def page(self, conn: Connection, wanted: ReceiptFilter, request: PageRequest) -> Page:
        """Return one page of receipts."""
        equal = {
            "status": wanted.status,
            "customer_id": wanted.customer_id,
            "method": wanted.method,
        }
        seen = conn.seeing(receipts.c.owner_id)
        query = self.query().where(*_equal(receipts, equal), *seen)
        if wanted.received_from is not None:
            query = query.where(receipts.c.received_on >= wanted.received_from)
        if wanted.received_to is not None:
            query = query.where(receipts.c.received_on <= wanted.received_to)
        return await fetch_page(conn, query, request, sorts=SORTS, key=receipts.c.id)


class Allocations(Repository[Allocation]):
    """What money was applied to which invoice."""

    kind = Allocation
    table = allocations
    noun = "allocation"
    owner = allocations.c.owner_id
    payload = staticmethod(events.allocation_payload)

    async def page(self, conn: Connection, wanted: AllocationFilter, request: PageRequest) -> Page:
        """Return one page of allocations."""
        equal = {
            "status": wanted.status,
            "customer_id": wanted.customer_id,
            "receipt_id": wanted.receipt_id,
            "invoice_id": wanted.invoice_id,
        }
        seen = conn.seeing(allocations.c.owner_id)
        query = self.query().where(*_equal(allocations, equal), *seen)
        return await fetch_page(conn, query, request, sorts=ALLOCATION_SORTS, key=allocations.c.id)


async def prepayment_of(conn: Connection, customer_id: UUID, currency: str) -> UUID | None:
    """Return which prepayment account a customer has in a currency, without locking it."""
    key = {"customer_id": customer_id, "currency": currency}
    found: UUID | None = await conn.scalar(_prepayment_of, key)
    return found


def _equal(table: sa.Table, wanted: dict[str, Any]) -> list[sa.ColumnElement[bool]]:
    return [table.c[name] == value for name, value in wanted.items() if value is not None]
