"""Money of a generated company: receipts, allocations, prepayments and their vouchers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.events import customer, order
from shared.events.values import Money
from tests.support.generating.journal import place_of
from tests.support.generating.trade import Trade, minus


class Payments(Trade):
    """What comes in, and what it pays."""

    def payment(self, invoice: order.InvoiceState) -> None:
        """Nothing, part of an invoice, or all of it; some receipts are taken back again."""
        share = self.random.choice((0, 1, 2, 4, 4))
        amount = (invoice.total.amount * share / 4).quantize(Decimal("0.01"))
        if not amount or invoice.issued_on is None:
            return
        on = invoice.issued_on + timedelta(days=self.random.randint(0, 90))
        receipt = self.receipt(invoice, Money(amount=amount, currency=invoice.total.currency), on)
        allocation = self.allocation(receipt, invoice, amount, on)
        if self.random.random() < 0.15:
            self.take_back(receipt, allocation, on + timedelta(days=self.random.randint(1, 60)))

    def receipt(self, invoice: order.InvoiceState, money: Money, on: date) -> order.ReceiptState:
        """Money that came in."""
        state = {
            "receipt_id": self.id(),
            "number": self.number("RC"),
            "customer_id": invoice.customer_id,
            "status": "recorded",
            "method": "bank_transfer",
            "amount": money,
            "unallocated": money,
            "received_on": on,
            "handler_id": invoice.owner_id,
            **place_of(invoice),
        }
        return self.emit(order.ReceiptRecorded, state, self.moment(on))

    def allocation(
        self, receipt: order.ReceiptState, invoice: order.InvoiceState, amount: Decimal, on: date
    ) -> order.AllocationState:
        """Receipt matched with invoice: three documents change at once."""
        made = self._made(invoice, amount, on) | {"receipt_id": receipt.receipt_id}
        allocation = self._allocated(made, on, self.moment(on, 1))
        left = receipt.unallocated.amount - amount
        status = "partly_allocated" if left else "allocated"
        self._use(receipt.receipt_id, left, status, self.moment(on, 1))
        return allocation

    def _made(self, invoice: order.InvoiceState, amount: Decimal, on: date) -> dict[str, Any]:
        return {
            "allocation_id": self.id(),
            "customer_id": invoice.customer_id,
            "receipt_id": None,
            "prepayment_id": None,
            "invoice_id": invoice.invoice_id,
            "amount": {"amount": amount, "currency": invoice.total.currency},
            "allocated_on": on,
            "status": "made",
            **place_of(invoice),
        }

    def _allocated(self, made: dict[str, Any], on: date, at: datetime) -> order.AllocationState:
        allocation = self.emit(order.AllocationMade, made, at)
        self._pay(allocation.invoice_id, -allocation.amount.amount, at)
        paid = minus(allocation.amount)
        self.voucher("allocation", allocation.allocation_id, on, allocation.customer_id, paid)
        return allocation

    def prepay(self, buyer: customer.CustomerState, invoice: order.InvoiceState) -> None:
        """Money received in advance is credited to an account, which pays the invoice."""
        on, whole = invoice.issued_on or self.day(), invoice.total
        receipt = self.receipt(invoice, whole, on)
        account = {
            "prepayment_id": self.id(),
            "customer_id": buyer.customer_id,
            "balance": whole,
            "held": Money(amount=Decimal("0.00"), currency=whole.currency),
            "amount": whole,
            "order_id": None,
        }
        credited = account | {"receipt_id": receipt.receipt_id}
        self.emit(order.PrepaymentCredited, credited, self.moment(on, 2))
        self._use(receipt.receipt_id, Decimal("0.00"), "allocated", self.moment(on, 2))
        paid = whole.amount - Decimal("0.01")
        left = Money(amount=Decimal("0.01"), currency=whole.currency)
        consumed = account | {"balance": left, "invoice_id": invoice.invoice_id}
        consumed["amount"] = Money(amount=paid, currency=whole.currency)
        self.emit(order.PrepaymentConsumed, consumed, self.moment(on, 3))
        made = self._made(invoice, paid, on) | {"prepayment_id": account["prepayment_id"]}
        self._allocated(made, on, self.moment(on, 3))

    def take_back(
        self,
        receipt: order.ReceiptState,
        allocation: order.AllocationState,
        on: date,
        hour: int = 9,
    ) -> None:
        """The allocation and then the receipt are reversed."""
        at = self.moment(on, 30, hour)
        reversed_ = allocation.model_dump() | {"status": "reversed", "reason": "退票"}
        self.emit(order.AllocationReversed, reversed_, at)
        self._pay(allocation.invoice_id, allocation.amount.amount, at)
        self._use(receipt.receipt_id, receipt.amount.amount, "recorded", at)
        self.voucher(
            "allocation", allocation.allocation_id, on, receipt.customer_id, allocation.amount
        )
        state = self.documents[receipt.receipt_id].model_dump()
        state |= {"status": "reversed", "reason": "退票"}
        state["unallocated"]["amount"] = Decimal("0.00")
        self.emit(order.ReceiptReversed, state, self.moment(on, 31, hour))

    def _pay(self, invoice_id: UUID, change: Decimal, at: datetime) -> None:
        state = self.documents[invoice_id].model_dump()
        state["open"]["amount"] += change
        left, whole = state["open"]["amount"], state["total"]["amount"]
        state["status"] = "settled" if not left else "issued" if left == whole else "partly_settled"
        kind = order.InvoiceSettled if not left else order.InvoiceAllocated
        self.emit(kind, state, at)

    def _use(self, receipt_id: UUID, left: Decimal, status: str, at: datetime) -> None:
        state = self.documents[receipt_id].model_dump() | {"status": status}
        state["unallocated"]["amount"] = left
        self.emit(order.ReceiptAllocated, state, at)
