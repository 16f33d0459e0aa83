"""Recording receipts, taking them back, and moving them to the prepayment account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.order.customers.model import Customer
from services.order.customers.repository import known_customer
from services.order.ledger.model import Journal, LedgerAccount, transfer
from services.order.ledger.posting import post
from services.order.place import Place
from services.order.prepayments.service import CreditPrepayment, credit_prepayment
from services.order.receipts.model import IncomingPayment, Receipt
from services.order.receipts.repository import Allocations, Receipts
from shared.db.unit_of_work import UnitOfWork
from shared.domain.clock import business_date
from shared.domain.errors import Invalid
from shared.numbering.numbers import next_number
from shared.numbering.ranges import Range, Series

receipts = Receipts()
allocations = Allocations()

SERIES = Series("receipt", "SK", 8, Range(1, 99_999_999))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordReceipt:
    """Money came in. Without ``handler_id`` it was handled by who records it."""

    customer_id: UUID
    amount: Decimal
    currency: str
    method: str
    received_on: date
    handler_id: UUID | None = None
    account: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ReverseReceipt:
    """The receipt was recorded in error, or bounced."""

    receipt_id: UUID
    expected: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class CreditReceipt:
    """Move money of a receipt to the customer's prepayment account."""

    receipt_id: UUID
    expected: int | None
    amount: Decimal
    currency: str
    note: str | None = None


async def record_receipt(uow: UnitOfWork, command: RecordReceipt) -> Receipt:
    """Record money that came in: method, time, amount, handler, account (S159)."""
    customer = await known_customer(uow.conn, command.customer_id, hold=True)
    if command.received_on > business_date(uow.now):
        message = "Money is recorded when it has come in, not before."
        raise Invalid.field("/received_on", message, "in_the_future")
    payment = IncomingPayment(
        customer_id=command.customer_id,
        amount=command.amount,
        currency=command.currency,
        method=command.method,
        received_on=command.received_on,
        handler_id=command.handler_id or uow.actor.stands_for,
        account=command.account,
        note=command.note,
    )
    number = await next_number(uow.conn, SERIES, customer.branch, uow.now)
    receipt, change = Receipt.record(
        payment, place_of(customer), number=number, by=uow.actor.id, at=uow.now
    )
    await receipts.add(uow, receipt, change)
    await post(uow, recorded(receipt))
    return receipt


async def reverse_receipt(uow: UnitOfWork, command: ReverseReceipt) -> Receipt:
    """Take a receipt back; allocations of it have to be reversed first (S161)."""
    receipt = await receipts.get_for_update(uow, command.receipt_id, command.expected)
    await receipts.save(uow, receipt, receipt.reverse(command.reason))
    entries = transfer(
        debit=LedgerAccount.UNALLOCATED_RECEIPTS, credit=LedgerAccount.BANK, amount=receipt.amount
    )
    await post(
        uow,
        Journal(
            kind="receipt_reversed",
            source_type="receipt",
            source_id=receipt.id,
            customer_id=receipt.customer_id,
            currency=receipt.currency,
            posted_on=business_date(uow.now),
            entries=entries,
        ),
    )
    return receipt


async def credit_receipt(uow: UnitOfWork, command: CreditReceipt) -> Receipt:
    """Credit the prepayment account with money of a receipt; finance only (S164)."""
    receipt = await receipts.get_for_update(uow, command.receipt_id, command.expected)
    must_be_in(receipt.currency, command.currency, "/amount/currency")
    await receipts.save(uow, receipt, receipt.credit(command.amount))
    credit = CreditPrepayment(
        receipt.customer_id, command.amount, receipt.currency, command.note, receipt.id
    )
    await credit_prepayment(uow, credit)
    return receipt


def recorded(receipt: Receipt) -> Journal:
    """Return the journal of a receipt: money in the bank that belongs to no invoice yet."""
    return Journal(
        kind="receipt_recorded",
        source_type="receipt",
        source_id=receipt.id,
        customer_id=receipt.customer_id,
        currency=receipt.currency,
        posted_on=receipt.received_on,
        entries=transfer(
            debit=LedgerAccount.BANK,
            credit=LedgerAccount.UNALLOCATED_RECEIPTS,
            amount=receipt.amount,
        ),
    )


def place_of(customer: Customer) -> Place:
    """Return whose document it is: the customer's owner's."""
    return Place(customer.owner_id, customer.department, customer.branch, customer.region)


def must_be_in(currency: str, given: str, pointer: str) -> None:
    """Refuse an amount in another currency than the document's."""
    if given != currency:
        raise Invalid.field(pointer, f"This is in {currency}.", "currency_mismatch")
