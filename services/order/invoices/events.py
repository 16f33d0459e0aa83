"""Invoice to event payload."""

from __future__ import annotations

from services.order.invoices.model import Invoice
from shared.domain.aggregate import Change
from shared.events.order_lines import InvoiceLine
from shared.events.payload import Payload
from shared.events.values import Money


def payload(invoice: Invoice, change: Change) -> Payload:
    """Return the event of ``change`` with the invoice's state after it."""
    return change.event(
        invoice_id=invoice.id,
        number=invoice.number,
        customer_id=invoice.customer_id,
        contract_id=invoice.contract_id,
        status=invoice.status,
        lines=_lines(invoice),
        total=Money(amount=invoice.total, currency=invoice.currency),
        open=Money(amount=invoice.open, currency=invoice.currency),
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        owner_id=invoice.owner_id,
        department=invoice.department,
        branch=invoice.branch,
        region=invoice.region,
        **change.detail,
    )


def _lines(invoice: Invoice) -> tuple[InvoiceLine, ...]:
    return tuple(
        InvoiceLine(
            **line.facts(invoice.currency),
            order_id=line.order_id,
            order_line_id=line.order_line_id,
            delivery_id=line.delivery_id,
            delivery_line_id=line.delivery_line_id,
        )
        for line in invoice.lines
    )
