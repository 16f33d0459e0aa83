"""Events of deliveries and invoices: what went to the customer, and what is charged for it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from shared.events.order_lines import DeliveryLine, InvoiceLine
from shared.events.payload import event
from shared.events.values import Money, Owned

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


@event("crm.order.delivery.handed_over.v1")
class DeliveryHandedOver(DeliveryState):
    """It belongs to another owner now (S04)."""

    previous_owner_id: UUID


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


@event("crm.order.invoice.handed_over.v1")
class InvoiceHandedOver(InvoiceState):
    """It belongs to another owner now (S04)."""

    previous_owner_id: UUID
