"""The invoice by itself: its states, its due date, and what is open."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from services.order.invoices import events
from services.order.invoices.errors import InvoiceExceeded, InvoiceStateError, OwnInvoice
from services.order.invoices.model import Status
from shared.events.order import InvoiceAllocated, InvoiceIssued, InvoiceSettled
from tests.support.fulfilment_models import CHECKER, CLERK, TODAY, invoice, invoice_line, issued


def test_an_invoice_gets_number_and_due_date_when_it_is_issued() -> None:
    """S160."""
    made = invoice(payment_days=30)
    made.check(CHECKER)
    change = made.issue("FP26000001", TODAY)
    assert (made.number, made.due_on, made.open) == (
        "FP26000001",
        date(2026, 12, 21),
        Decimal("20.00"),
    )
    assert isinstance(events.payload(made, change), InvoiceIssued)


def test_who_prepared_it_does_not_check_it() -> None:
    """S152."""
    with pytest.raises(OwnInvoice):
        invoice().check(CLERK)


def test_an_unchecked_invoice_is_not_issued() -> None:
    """S152."""
    with pytest.raises(InvoiceStateError):
        invoice().issue("FP26000001", TODAY)


def test_an_issued_invoice_is_not_voided() -> None:
    """S160."""
    with pytest.raises(InvoiceStateError):
        issued("20.00").void("错开")


def test_payments_settle_it_and_a_reversal_opens_it_again() -> None:
    """S161."""
    made = issued("20.00")
    assert made.allocate(Decimal("5.00")).event is InvoiceAllocated
    assert made.status == Status.PARTLY_SETTLED
    assert made.allocate(Decimal("15.00")).event is InvoiceSettled
    assert made.reopen(Decimal("15.00")).event is InvoiceAllocated
    assert made.status == Status.PARTLY_SETTLED
    assert made.reopen(Decimal("5.00")).event is InvoiceAllocated
    assert (made.status, made.open) == (Status.ISSUED, Decimal("20.00"))


@pytest.mark.parametrize("amount", ["20.01", "0.00", "-1.00"])
def test_no_more_is_allocated_than_is_open(amount: str) -> None:
    """S161."""
    made = issued("20.00")
    with pytest.raises(InvoiceExceeded):
        made.allocate(Decimal(amount))
    assert made.open == Decimal("20.00")


def test_a_draft_takes_no_payment() -> None:
    """S161."""
    with pytest.raises(InvoiceStateError):
        invoice().allocate(Decimal("1.00"))


def test_an_invoice_over_nothing_is_settled_at_once() -> None:
    """S160: goods given free of charge still have their documents."""
    made = invoice(invoice_line(unit_price=Decimal("0.00"), amount=Decimal("0.00")))
    made.check(CHECKER)
    assert made.issue("FP26000001", TODAY).event is InvoiceSettled
    assert made.status == Status.SETTLED
