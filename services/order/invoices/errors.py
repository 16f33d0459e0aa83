"""Refusals of the invoices slice."""

from __future__ import annotations

from shared.domain.errors import Conflict, Forbidden


class InvoiceStateError(Conflict):
    """The invoice's state does not allow the step."""

    code = "invoice_state"
    title = "The invoice's state does not allow this"


class OwnInvoice(Forbidden):
    """Who prepared an invoice does not check it (S152)."""

    code = "second_person_required"
    title = "A second person has to check this"


class InvoiceMismatch(Conflict):
    """Product, price or quantity differ from order or delivery (S153).

    ``lines`` names each difference: line, field, and what order, delivery and invoice say.
    """

    code = "invoice_mismatch"
    title = "The invoice does not match order and delivery"


class NothingToInvoice(Conflict):
    """Everything delivered is on an invoice already."""

    code = "nothing_to_invoice"
    title = "There is nothing left to invoice"


class NotInvoiceable(Conflict):
    """The delivery or order is not in a state to be invoiced (S147)."""

    code = "not_invoiceable"
    title = "This cannot be invoiced"


class DeliveryInvoiced(Conflict):
    """Somebody is charged for the delivery, so it is not simply taken back."""

    code = "delivery_invoiced"
    title = "The delivery is invoiced"


class MixedInvoice(Conflict):
    """One invoice goes to one customer, in one currency, under one contract."""

    code = "mixed_invoice"
    title = "These do not go on one invoice"


class InvoiceExceeded(Conflict):
    """More would be allocated than is open on the invoice."""

    code = "invoice_exceeded"
    title = "Less is open on the invoice"
