"""Receipts and allocations over HTTP: bodies in, bodies out, and the commands they become."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.order.invoices.schemas import InvoiceOut
from services.order.receipts.allocating import (
    Allocated,
    AllocateReceipt,
    AllocateToInvoice,
    PayFromPrepayment,
    ReverseAllocation,
    Share,
)
from services.order.receipts.model import Allocation, AllocationStatus, Method, Receipt, Status
from services.order.receipts.proposal import Proposed
from services.order.receipts.service import CreditReceipt, RecordReceipt, ReverseReceipt
from shared.http.fields import Day, Input, Line, MoneyIn, MoneyOut, Note, Output

_MAX_SHARES = 200


class ReceiptIn(Input):
    """Money that came in (S159). ``handler_id`` is who took it; left out, who records it."""

    customer_id: UUID
    amount: MoneyIn
    method: Method
    received_on: Day
    handler_id: UUID | None = None
    account: Annotated[
        Line | None, Field(description="the account it came to", examples=["招商银行 6225 0001"])
    ] = None
    note: Note | None = None

    def command(self) -> RecordReceipt:
        """Return the command this body stands for."""
        fields = self.model_dump(exclude={"amount"})
        return RecordReceipt(**fields, amount=self.amount.amount, currency=self.amount.currency)


class InvoiceShareIn(Input):
    """How much an invoice gets; without ``amount`` as much as receipt and invoice allow."""

    invoice_id: UUID
    amount: MoneyIn | None = None


class ReceiptShareIn(Input):
    """How much a receipt gives; without ``amount`` as much as receipt and invoice allow."""

    receipt_id: UUID
    amount: MoneyIn | None = None


class ReceiptAllocationsIn(Input):
    """The invoices one receipt pays (S161)."""

    allocations: Annotated[list[InvoiceShareIn], Field(min_length=1, max_length=_MAX_SHARES)]

    def command(self, receipt_id: UUID, expected: int | None) -> AllocateReceipt:
        """Return the command this body stands for."""
        shares = tuple(
            Share(receipt_id, each.invoice_id, *_exactly(each.amount)) for each in self.allocations
        )
        return AllocateReceipt(receipt_id, expected, shares)


class InvoiceAllocationsIn(Input):
    """The receipts that pay one invoice (S161)."""

    allocations: Annotated[list[ReceiptShareIn], Field(min_length=1, max_length=_MAX_SHARES)]

    def command(self, invoice_id: UUID, expected: int | None) -> AllocateToInvoice:
        """Return the command this body stands for."""
        shares = tuple(
            Share(each.receipt_id, invoice_id, *_exactly(each.amount)) for each in self.allocations
        )
        return AllocateToInvoice(invoice_id, expected, shares)


class PrepaymentUseIn(Input):
    """How much of the free prepayment balance pays the invoice."""

    amount: MoneyIn

    def command(self, invoice_id: UUID, expected: int | None) -> PayFromPrepayment:
        """Return the command this body stands for."""
        return PayFromPrepayment(invoice_id, expected, self.amount.amount, self.amount.currency)


class ReceiptCreditIn(Input):
    """How much of a receipt goes to the customer's prepayment account (S164)."""

    amount: MoneyIn
    note: Note | None = None

    def command(self, receipt_id: UUID, expected: int | None) -> CreditReceipt:
        """Return the command this body stands for."""
        return CreditReceipt(
            receipt_id, expected, self.amount.amount, self.amount.currency, self.note
        )


class ReversalIn(Input):
    """Why it is taken back."""

    reason: Note

    def of_receipt(self, receipt_id: UUID, expected: int | None) -> ReverseReceipt:
        """Return the command to reverse a receipt."""
        return ReverseReceipt(receipt_id, expected, self.reason)

    def of_allocation(self, allocation_id: UUID, expected: int | None) -> ReverseAllocation:
        """Return the command to reverse an allocation."""
        return ReverseAllocation(allocation_id, expected, self.reason)


class AllocationOut(Output):
    """Money of one receipt or prepayment account, applied to one invoice (核销)."""

    id: UUID
    version: int
    customer_id: UUID
    receipt_id: UUID | None
    prepayment_id: UUID | None
    invoice_id: UUID
    amount: MoneyOut
    allocated_on: date
    status: AllocationStatus
    made_by: UUID
    created_at: datetime

    @classmethod
    def of(cls, allocation: Allocation) -> AllocationOut:
        """Present an allocation."""
        return cls.of_row(vars(allocation))

    @classmethod
    def of_row(cls, row: Any) -> AllocationOut:
        """Present a row of a list."""
        fields = dict(row)
        fields["amount"] = MoneyOut(amount=row["amount"], currency=row["currency"])
        return cls.model_validate(fields)


class ReceiptOut(Output):
    """A receipt. Amount = unallocated + credited to the prepayment account + allocated."""

    id: UUID
    version: int
    number: str
    customer_id: UUID
    status: Status
    method: Method
    amount: MoneyOut
    unallocated: MoneyOut
    credited: MoneyOut
    received_on: date
    handler_id: UUID
    account: str | None
    note: str | None
    owner_id: UUID
    department: str | None
    branch: str | None
    region: str | None
    recorded_by: UUID
    created_at: datetime
    import_id: UUID | None

    @classmethod
    def of(cls, receipt: Receipt) -> ReceiptOut:
        """Present a receipt."""
        return cls.of_row(vars(receipt))

    @classmethod
    def of_row(cls, row: Any) -> ReceiptOut:
        """Present a row of a list."""
        fields = dict(row)
        for name in ("amount", "unallocated", "credited"):
            fields[name] = MoneyOut(amount=row[name], currency=row["currency"])
        return cls.model_validate(fields)


class ReceiptAllocatedOut(ReceiptOut):
    """A receipt after it was allocated, with the allocations just made."""

    allocations: list[AllocationOut]

    @classmethod
    def after(cls, done: Allocated) -> ReceiptAllocatedOut:
        """Present what allocating one receipt made."""
        (receipt,) = done.receipts.values()
        shown = ReceiptOut.of(receipt)
        return cls(**vars(shown), allocations=[AllocationOut.of(each) for each in done.made])


class InvoiceAllocatedOut(InvoiceOut):
    """An invoice after money was applied to it, with the allocations just made."""

    allocations: list[AllocationOut]

    @classmethod
    def after(cls, done: Allocated) -> InvoiceAllocatedOut:
        """Present what allocating to one invoice made."""
        (invoice,) = done.invoices.values()
        shown = InvoiceOut.of(invoice)
        return cls(**vars(shown), allocations=[AllocationOut.of(each) for each in done.made])


class ProposedOut(Output):
    """One invoice of a proposal: what is open, and how much of the receipt it would get."""

    invoice_id: UUID
    number: str
    issued_on: date
    due_on: date
    open: MoneyOut
    amount: MoneyOut


class ProposalOut(Output):
    """Which invoices a receipt would pay, those due first. Post it to the allocations as it is."""

    allocations: list[ProposedOut]

    @classmethod
    def of(cls, proposed: list[Proposed]) -> ProposalOut:
        """Present a proposal."""
        return cls(
            allocations=[
                ProposedOut(
                    invoice_id=each.invoice_id,
                    number=each.number,
                    issued_on=each.issued_on,
                    due_on=each.due_on,
                    open=MoneyOut(amount=each.open, currency=each.currency),
                    amount=MoneyOut(amount=each.amount, currency=each.currency),
                )
                for each in proposed
            ]
        )


def _exactly(amount: MoneyIn | None) -> tuple[Decimal | None, str | None]:
    return (None, None) if amount is None else (amount.amount, amount.currency)
