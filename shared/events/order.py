"""Events of the order service: contracts, orders, deliveries, invoices, money."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from shared.events.order_lines import DeliveryLine, InvoiceLine, Line, OrderLine, Posting
from shared.events.payload import Payload, event
from shared.events.values import Money, Owned

# -- contracts ---------------------------------------------------------------------------------


class ContractState(Owned):
    """A contract (合同, S117)."""

    contract_id: UUID
    number: str
    title: str
    customer_id: UUID
    quote_id: UUID | None
    opportunity_id: UUID | None
    status: str
    lines: tuple[Line, ...]
    total: Money
    terms: str | None
    payment_days: int
    starts_on: date | None
    ends_on: date | None
    signed_on: date | None


@event("crm.order.contract.drafted.v1")
class ContractDrafted(ContractState):
    """Drafted by hand, or from an accepted quote."""


@event("crm.order.contract.changed.v1")
class ContractChanged(ContractState):
    """The draft was changed."""


@event("crm.order.contract.submitted.v1")
class ContractSubmitted(ContractState):
    """Sent to the departments for countersign (会签, S122)."""


@event("crm.order.contract.countersigned.v1")
class ContractCountersigned(ContractState):
    """One department gave its opinion (S122)."""

    countersigned_for: str
    opinion: str  # agree, disagree


@event("crm.order.contract.approved.v1")
class ContractApproved(ContractState):
    """All departments agreed and it was approved (S121)."""

    approved_by: UUID


@event("crm.order.contract.rejected.v1")
class ContractRejected(ContractState):
    """Refused, with the reason."""

    reason: str


@event("crm.order.contract.signed.v1")
class ContractSigned(ContractState):
    """Signed by both sides; orders may be placed under it."""


@event("crm.order.contract.completed.v1")
class ContractCompleted(ContractState):
    """Everything ordered under it is delivered, invoiced and paid."""


@event("crm.order.contract.terminated.v1")
class ContractTerminated(ContractState):
    """Ended before its time."""

    reason: str


# -- orders ------------------------------------------------------------------------------------


class OrderState(Owned):
    """A sales order (订单)."""

    order_id: UUID
    number: str
    chain: str
    customer_id: UUID
    contract_id: UUID | None
    quote_id: UUID | None
    opportunity_id: UUID | None
    status: str
    lines: tuple[OrderLine, ...]
    total: Money
    ordered_on: date
    settlement: str | None  # prepaid, credit, open: how it is funded, once approved
    payment_days: int


@event("crm.order.order.placed.v1")
class OrderPlaced(OrderState):
    """Entered by staff (S134)."""


@event("crm.order.order.changed.v1")
class OrderChanged(OrderState):
    """Lines changed before the approval."""


@event("crm.order.order.awaiting_funds.v1")
class OrderAwaitingFunds(OrderState):
    """The review found balance or credit short (S165)."""

    short: Money


@event("crm.order.order.approved.v1")
class OrderApproved(OrderState):
    """Reviewed: the customer may trade, and the money is held or within the limit (S166)."""

    approved_by: UUID


@event("crm.order.order.rejected.v1")
class OrderRejected(OrderState):
    """Refused in the review."""

    reason: str


@event("crm.order.order.progressed.v1")
class OrderProgressed(OrderState):
    """Something was delivered, returned or invoiced; ``status`` and lines say how far it is."""


@event("crm.order.order.closed.v1")
class OrderClosed(OrderState):
    """Nothing more will be delivered (S123)."""


@event("crm.order.order.cancelled.v1")
class OrderCancelled(OrderState):
    """Withdrawn; held funds are released."""

    reason: str


# -- deliveries --------------------------------------------------------------------------------


class DeliveryState(Owned):
    """A delivery (发货)."""

    delivery_id: UUID
    number: str
    chain: str
    customer_id: UUID
    status: str  # draft, checked, shipped, received, returned, cancelled
    lines: tuple[DeliveryLine, ...]
    total: Money
    shipped_on: date | None
    received_on: date | None
    carrier: str | None
    tracking: str | None


@event("crm.order.delivery.drafted.v1")
class DeliveryDrafted(DeliveryState):
    """Prepared by the warehouse."""


@event("crm.order.delivery.checked.v1")
class DeliveryChecked(DeliveryState):
    """A second person compared it with the order (S152)."""


@event("crm.order.delivery.shipped.v1")
class DeliveryShipped(DeliveryState):
    """It left the warehouse (S141)."""


@event("crm.order.delivery.received.v1")
class DeliveryReceived(DeliveryState):
    """The customer has it."""


@event("crm.order.delivery.returned.v1")
class DeliveryReturned(DeliveryState):
    """The goods came back; the orders want them again."""

    reason: str


@event("crm.order.delivery.cancelled.v1")
class DeliveryCancelled(DeliveryState):
    """Dropped before it was shipped."""

    reason: str


# -- invoices ----------------------------------------------------------------------------------


class InvoiceState(Owned):
    """An invoice (发票). ``open`` is what is still to be paid."""

    invoice_id: UUID
    number: str | None  # given when it is issued, so that issued numbers have no gap
    customer_id: UUID
    contract_id: UUID | None = None
    status: str  # draft, checked, issued, partly_settled, settled, voided
    lines: tuple[InvoiceLine, ...]
    total: Money
    open: Money
    issued_on: date | None
    due_on: date | None


@event("crm.order.invoice.drafted.v1")
class InvoiceDrafted(InvoiceState):
    """Prepared from deliveries."""


@event("crm.order.invoice.checked.v1")
class InvoiceChecked(InvoiceState):
    """A second person checked it (S152)."""


@event("crm.order.invoice.issued.v1")
class InvoiceIssued(InvoiceState):
    """Matched with order and delivery, and posted as a receivable (S153, S160)."""


@event("crm.order.invoice.allocated.v1")
class InvoiceAllocated(InvoiceState):
    """Part of it was paid, or a payment was taken back (S161)."""


@event("crm.order.invoice.settled.v1")
class InvoiceSettled(InvoiceState):
    """Nothing is open any more (S161)."""


@event("crm.order.invoice.voided.v1")
class InvoiceVoided(InvoiceState):
    """Withdrawn before it was issued; it never had a number."""

    reason: str


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
