"""Facts about money: receipts, allocations, prepayment accounts, and the vouchers of all of it."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from services.analytics.facts.columns import (
    Row,
    countable,
    day,
    event_day,
    fact_table,
    money,
    owned,
    owned_row,
    text,
    uuid,
)
from services.analytics.facts.projection import Lines, Projection, Trail
from services.analytics.metadata import FACTS, metadata
from shared.events.order import AllocationState, PrepaymentState, ReceiptState, VoucherPosted
from shared.inbox.arrival import Received

REVERSED = "reversed"

receipts = fact_table(
    "receipt",
    text("number"),
    *countable(),
    text("status"),
    money("unallocated"),
    text("method"),
    day("received_on"),
    uuid("handler_id"),
    sa.Index("receipt_day", "day", postgresql_where=sa.text("day IS NOT NULL")),
    sa.Index("receipt_customer", "customer_id", "day"),
)
allocations = fact_table(
    "allocation",
    uuid("customer_id"),
    uuid("receipt_id", optional=True),
    uuid("prepayment_id", optional=True),
    uuid("invoice_id"),
    *owned(),
    money("amount"),
    text("currency"),
    day("allocated_on"),
    day("reversed_on", optional=True),
    sa.Index("allocation_invoice", "invoice_id", "allocated_on"),
    sa.Index("allocation_receipt", "receipt_id"),
)
prepayments = fact_table(
    "prepayment",
    uuid("customer_id"),
    money("balance"),
    money("held"),
    text("currency"),
)
# One row for each event of an account. What is not about a receipt or invoice has none.
movements = sa.Table(
    "prepayment_movement",
    metadata,
    sa.Column("prepayment_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.BigInteger, primary_key=True),
    text("kind"),
    money("amount"),
    money("balance"),
    text("currency"),
    uuid("receipt_id", optional=True),
    uuid("invoice_id", optional=True),
    uuid("order_id", optional=True),
    day("moved_on"),
    sa.Index("prepayment_movement_receipt", "receipt_id"),
    schema=FACTS,
)
vouchers = fact_table(
    "voucher",
    text("number"),
    text("kind"),
    text("source_type"),
    uuid("source_id"),
    day("posted_on"),
)
postings = sa.Table(
    "posting",
    metadata,
    sa.Column("voucher_id", sa.Uuid, primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    text("account"),
    uuid("customer_id", optional=True),
    money("amount"),
    text("currency"),
    sa.Index("posting_account", "account", "customer_id"),
    schema=FACTS,
)


def _receipt(received: Received[ReceiptState]) -> Row:
    data = received.data
    return {
        "number": data.number,
        "status": data.status,
        "day": None if data.status == REVERSED else data.received_on,
        "customer_id": data.customer_id,
        **owned_row(data),
        "amount": data.amount.amount,
        "currency": data.amount.currency,
        "unallocated": data.unallocated.amount,
        "method": data.method,
        "received_on": data.received_on,
        "handler_id": data.handler_id,
    }


def _allocation(received: Received[AllocationState]) -> Row:
    data = received.data
    return {
        "customer_id": data.customer_id,
        "receipt_id": data.receipt_id,
        "prepayment_id": data.prepayment_id,
        "invoice_id": data.invoice_id,
        **owned_row(data),
        "amount": data.amount.amount,
        "currency": data.amount.currency,
        "allocated_on": data.allocated_on,
        "reversed_on": event_day(received) if data.status == REVERSED else None,
    }


def _prepayment(received: Received[PrepaymentState]) -> Row:
    data = received.data
    return {
        "customer_id": data.customer_id,
        "balance": data.balance.amount,
        "held": data.held.amount,
        "currency": data.balance.currency,
    }


def _movements(received: Received[PrepaymentState]) -> Iterator[Row]:
    data = received.data
    yield {
        "prepayment_id": data.prepayment_id,
        "version": received.envelope.sequence,
        "kind": received.envelope.type.split(".")[3],
        "amount": data.amount.amount,
        "balance": data.balance.amount,
        "currency": data.amount.currency,
        "receipt_id": getattr(data, "receipt_id", None),
        "invoice_id": getattr(data, "invoice_id", None),
        "order_id": data.order_id,
        "moved_on": event_day(received),
    }


def _voucher(received: Received[VoucherPosted]) -> Row:
    data = received.data
    return {
        "number": data.number,
        "kind": data.kind,
        "source_type": data.source_type,
        "source_id": data.source_id,
        "posted_on": data.posted_on,
    }


def _postings(received: Received[VoucherPosted]) -> Iterator[Row]:
    for position, posting in enumerate(received.data.postings):
        yield {
            "voucher_id": received.data.voucher_id,
            "position": position,
            "account": posting.account,
            "customer_id": posting.customer_id,
            "amount": posting.amount.amount,
            "currency": posting.amount.currency,
        }


PROJECTIONS = (
    Projection(ReceiptState, receipts, _receipt),
    Projection(AllocationState, allocations, _allocation),
    Projection(PrepaymentState, prepayments, _prepayment, trail=Trail(movements, _movements)),
    Projection(VoucherPosted, vouchers, _voucher, (Lines(postings, _postings),)),
)
