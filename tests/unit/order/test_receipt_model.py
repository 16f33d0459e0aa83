"""Receipts and allocations by themselves."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.order.receipts.errors import (
    AllocationStateError,
    ReceiptExceeded,
    ReceiptInUse,
    ReceiptStateError,
)
from services.order.receipts.model import Allocation, Status
from shared.domain.clock import now
from shared.domain.ids import new_id
from tests.support.fulfilment_models import CLERK, CUSTOMER, PLACE, TODAY, receipt


def test_a_receipt_is_used_up_in_parts() -> None:
    """S161."""
    made = receipt("100.00")
    made.allocate(Decimal("60.00"))
    assert made.status == Status.PARTLY_ALLOCATED
    made.credit(Decimal("40.00"))
    assert (made.status, made.unallocated, made.credited) == (
        Status.ALLOCATED,
        Decimal("0.00"),
        Decimal("40.00"),
    )


@pytest.mark.parametrize("amount", ["100.01", "0.00", "-1.00"])
def test_no_more_is_allocated_than_came_in(amount: str) -> None:
    """S161."""
    made = receipt("100.00")
    with pytest.raises(ReceiptExceeded):
        made.allocate(Decimal(amount))
    assert made.unallocated == Decimal("100.00")


def test_a_receipt_in_use_is_not_reversed() -> None:
    """S161."""
    made = receipt("100.00")
    made.allocate(Decimal("0.01"))
    with pytest.raises(ReceiptInUse):
        made.reverse("退票")
    made.give_back(Decimal("0.01"))
    made.reverse("退票")
    assert (made.status, made.unallocated) == (Status.REVERSED, Decimal("0.00"))


def test_a_reversed_receipt_pays_nothing() -> None:
    """S161."""
    made = receipt("100.00")
    made.reverse("退票")
    with pytest.raises(ReceiptStateError):
        made.allocate(Decimal("1.00"))
    with pytest.raises(ReceiptStateError):
        made.reverse("退票")


def test_an_allocation_is_reversed_once() -> None:
    """S161."""
    made = allocation()
    made.reverse("核销错误")
    with pytest.raises(AllocationStateError):
        made.reverse("核销错误")


def allocation() -> Allocation:
    """An allocation of 10.00 to some invoice."""
    made, _ = Allocation.make(
        PLACE,
        customer_id=CUSTOMER,
        invoice_id=new_id(),
        amount=Decimal("10.00"),
        currency="CNY",
        on=TODAY,
        by=CLERK,
        at=now(),
        receipt_id=new_id(),
    )
    return made
