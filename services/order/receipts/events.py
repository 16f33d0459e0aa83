"""Receipts and allocations to event payloads."""

from __future__ import annotations

from services.order.receipts.model import Allocation, Receipt
from shared.domain.aggregate import Change
from shared.events.payload import Payload
from shared.events.values import Money


def receipt_payload(receipt: Receipt, change: Change) -> Payload:
    """Return the event of ``change`` with the receipt's state after it."""
    return change.event(
        receipt_id=receipt.id,
        number=receipt.number,
        customer_id=receipt.customer_id,
        status=receipt.status,
        method=receipt.method,
        amount=Money(amount=receipt.amount, currency=receipt.currency),
        unallocated=Money(amount=receipt.unallocated, currency=receipt.currency),
        received_on=receipt.received_on,
        handler_id=receipt.handler_id,
        owner_id=receipt.owner_id,
        department=receipt.department,
        branch=receipt.branch,
        region=receipt.region,
        **change.detail,
    )


def allocation_payload(allocation: Allocation, change: Change) -> Payload:
    """Return the event of ``change`` with the allocation's state after it."""
    return change.event(
        allocation_id=allocation.id,
        customer_id=allocation.customer_id,
        receipt_id=allocation.receipt_id,
        prepayment_id=allocation.prepayment_id,
        invoice_id=allocation.invoice_id,
        amount=Money(amount=allocation.amount, currency=allocation.currency),
        allocated_on=allocation.allocated_on,
        status=allocation.status,
        owner_id=allocation.owner_id,
        department=allocation.department,
        branch=allocation.branch,
        region=allocation.region,
        **change.detail,
    )
