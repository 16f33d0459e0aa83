"""Events of receipts, allocations, prepayments and the ledger: what was paid."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from shared.events.order_lines import Posting
from shared.events.payload import Payload, event
from shared.events.values import Money, Owned

# -- receipts and allocations -------------------------------------------------------------------


class ReceiptState(Owned):
    """A receipt (回款, S159). ``unallocated`` is not yet matched with invoices."""

    receipt_id: UUID
    number: str
    customer_id: UUID
    status: str  # recorded, partly_allocated, allocated, reversed
    method: str
    amount: Money
    unallocated: Money
    received_on: date
    handler_id: UUID


@event("crm.order.receipt.recorded.v1")
class ReceiptRecorded(ReceiptState):
    """Money came in."""


@event("crm.order.receipt.allocated.v1")
class ReceiptAllocated(ReceiptState):
    """Its allocations changed (核销, S161)."""


@event("crm.order.receipt.reversed.v1")
class ReceiptReversed(ReceiptState):
    """It was recorded in error, or bounced."""

    reason: str


@event("crm.order.receipt.handed_over.v1")
class ReceiptHandedOver(ReceiptState):
    """It belongs to another owner now (S04)."""

    previous_owner_id: UUID


class AllocationState(Owned):
    """Money of one receipt (or prepayment account) applied to one invoice."""

    allocation_id: UUID
    customer_id: UUID
    receipt_id: UUID | None
    prepayment_id: UUID | None
    invoice_id: UUID
    amount: Money
    allocated_on: date
    status: str  # made, reversed


@event("crm.order.allocation.made.v1")
class AllocationMade(AllocationState):
    """Applied (核销)."""


@event("crm.order.allocation.reversed.v1")
class AllocationReversed(AllocationState):
    """Taken back (反核销)."""

    reason: str


# -- prepayment accounts -------------------------------------------------------------------------


class PrepaymentState(Payload):
    """A customer's prepayment account in one currency (S164). Available = balance - held.

    ``amount`` is the movement; ``order_id`` is the order it was for.
    """

    prepayment_id: UUID
    customer_id: UUID
    balance: Money
    held: Money
    amount: Money
    order_id: UUID | None


@event("crm.order.prepayment.credited.v1")
class PrepaymentCredited(PrepaymentState):
    """Finance credited money received in advance."""

    receipt_id: UUID | None


@event("crm.order.prepayment.held.v1")
class PrepaymentHeld(PrepaymentState):
    """Reserved for an approved order (S165)."""


@event("crm.order.prepayment.released.v1")
class PrepaymentReleased(PrepaymentState):
    """A hold was given back."""


@event("crm.order.prepayment.consumed.v1")
class PrepaymentConsumed(PrepaymentState):
    """Held money paid an invoice."""

    invoice_id: UUID


@event("crm.order.prepayment.refunded.v1")
class PrepaymentRefunded(PrepaymentState):
    """Paid back to the customer."""


@event("crm.order.prepayment.restored.v1")
class PrepaymentRestored(PrepaymentState):
    """The payment of an invoice was taken back (反核销)."""

    invoice_id: UUID


# -- ledger --------------------------------------------------------------------------------------


@event("crm.order.voucher.posted.v1")
class VoucherPosted(Payload):
    """A balanced journal was posted; for accounting systems (S160)."""

    voucher_id: UUID
    number: str
    kind: str
    source_type: str
    source_id: UUID
    posted_on: date
    postings: tuple[Posting, ...]
