"""Allocating receipts and prepayments to invoices, and taking that back (核销, 反核销, S161).

Locks are taken in one order everywhere: receipts, invoices, deliveries, orders, account, prepayment
account, contract. A paid invoice closes its orders, so these are locked before the account.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from services.order.accounts.repository import move
from services.order.invoices.drafting import invoices
from services.order.invoices.model import Invoice
from services.order.ledger.model import Journal, LedgerAccount, transfer
from services.order.ledger.posting import post
from services.order.orders.placing import orders
from services.order.place import Place
from services.order.prepayments.errors import PrepaymentShort
from services.order.prepayments.service import Consumption, consume_free, restore
from services.order.receipts.errors import NotTogether
from services.order.receipts.model import Allocation, Receipt
from services.order.receipts.repository import prepayment_of
from services.order.receipts.service import allocations, must_be_in, receipts
from shared.db.unit_of_work import UnitOfWork
from shared.domain.aggregate import Change
from shared.domain.clock import business_date
from shared.domain.errors import FieldError, Invalid
from shared.domain.money import total


@dataclass(frozen=True, slots=True)
class Share:
    """Money of one receipt for one invoice; without ``amount`` as much as both allow."""

    receipt_id: UUID
    invoice_id: UUID
    amount: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class AllocateReceipt:
    """Apply one receipt to invoices, if it is still at version ``expected``."""

    receipt_id: UUID
    expected: int | None
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class AllocateToInvoice:
    """Apply receipts to one invoice, if it is still at version ``expected``."""

    invoice_id: UUID
    expected: int | None
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class PayFromPrepayment:
    """Pay an invoice with free money of the prepayment account."""

    invoice_id: UUID
    expected: int | None
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class ReverseAllocation:
    """Take an allocation back."""

    allocation_id: UUID
    expected: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Allocated:
    """What an act of allocating made, and the documents after it."""

    made: tuple[Allocation, ...]
    receipts: Mapping[UUID, Receipt]
    invoices: Mapping[UUID, Invoice]


async def allocate_receipt(uow: UnitOfWork, command: AllocateReceipt) -> Allocated:
    """Apply one receipt to one or more invoices (S161)."""
    receipt = await receipts.get_for_update(uow, command.receipt_id, command.expected)
    found = await invoices.lock(uow, {share.invoice_id for share in command.shares})
    return await _allocate(uow, {receipt.id: receipt}, found, command.shares)


async def allocate_to_invoice(uow: UnitOfWork, command: AllocateToInvoice) -> Allocated:
    """Apply one or more receipts to one invoice (S161)."""
    found = await receipts.lock(uow, {share.receipt_id for share in command.shares})
    invoice = await invoices.get_for_update(uow, command.invoice_id, command.expected)
    return await _allocate(uow, found, {invoice.id: invoice}, command.shares)


async def pay_from_prepayment(uow: UnitOfWork, command: PayFromPrepayment) -> Allocated:
    """Pay an invoice with prepaid money that no order holds (S161, S164)."""
    invoice = await invoices.get_for_update(uow, command.invoice_id, command.expected)
    must_be_in(invoice.currency, command.currency, "/amount/currency")
    change = invoice.allocate(command.amount)
    prepayment_id = await prepayment_of(uow.conn, invoice.customer_id, invoice.currency)
    if prepayment_id is None:
        raise PrepaymentShort("The customer has no prepayment account in this currency.")
    made = make(uow, invoice, command.amount, prepayment_id=prepayment_id)
    await _pay(uow, [invoice], command.amount)
    await allocations.add(uow, *made)
    await invoices.save(uow, invoice, change)
    consumption = Consumption(invoice.id, made[0].id, command.amount)
    with uow.conn.seeing_everything():
        await consume_free(uow, prepayment_id, consumption)
    return Allocated((made[0],), {}, {invoice.id: invoice})


async def reverse_allocation(uow: UnitOfWork, command: ReverseAllocation) -> Allocation:
    """Take an allocation back: the invoice is open again, the money free (反核销, S161)."""
    allocation = await allocations.get_for_update(uow, command.allocation_id, command.expected)
    await allocations.save(uow, allocation, allocation.reverse(command.reason))
    with uow.conn.seeing_everything():  # what follows concerns documents of the same money
        await _give_back(uow, allocation)
    return allocation


async def _give_back(uow: UnitOfWork, allocation: Allocation) -> None:
    amount = allocation.amount
    if allocation.receipt_id is not None:
        receipt = await receipts.get_for_update(uow, allocation.receipt_id)
        await receipts.save(uow, receipt, receipt.give_back(amount))
    invoice = await invoices.get_for_update(uow, allocation.invoice_id)
    await invoices.save(uow, invoice, invoice.reopen(amount))
    await move(uow, allocation.customer_id, allocation.currency, receivable=amount)
    if allocation.prepayment_id is not None:
        consumption = Consumption(allocation.invoice_id, allocation.id, amount)
        await restore(uow, allocation.prepayment_id, consumption)
    else:
        await post(uow, _taken_back(uow, allocation))


async def _allocate(
    uow: UnitOfWork,
    from_receipts: Mapping[UUID, Receipt],
    to_invoices: Mapping[UUID, Invoice],
    shares: Sequence[Share],
) -> Allocated:
    _require_known(shares, from_receipts, to_invoices)
    made: list[tuple[Allocation, Change]] = []
    changed_receipts: dict[UUID, Change] = {}
    changed_invoices: dict[UUID, Change] = {}
    for place, share in enumerate(shares):
        receipt, invoice = from_receipts[share.receipt_id], to_invoices[share.invoice_id]
        amount = _amount(place, share, receipt, invoice)
        changed_receipts[receipt.id] = receipt.allocate(amount)
        changed_invoices[invoice.id] = invoice.allocate(amount)
        made.append(make(uow, invoice, amount, receipt_id=receipt.id))
    await _pay(uow, list(to_invoices.values()), total(each.amount for each, _ in made))
    await allocations.add_many(uow, made)
    for receipt_id, change in changed_receipts.items():
        await receipts.save(uow, from_receipts[receipt_id], change)
    for invoice_id, change in changed_invoices.items():
        await invoices.save(uow, to_invoices[invoice_id], change)
    applied = [allocation for allocation, _ in made]
    await post(uow, *(posted(each) for each in applied))
    return Allocated(tuple(applied), from_receipts, to_invoices)


async def _pay(uow: UnitOfWork, paid: Sequence[Invoice], amount: Decimal) -> None:
    """Lower what the customer owes, having locked the orders that paid invoices may close."""
    closing = {order_id for invoice in paid if not invoice.open for order_id in invoice.order_ids}
    if closing:
        with uow.conn.seeing_everything():
            await orders.lock_all(uow, closing)
    await move(uow, paid[0].customer_id, paid[0].currency, receivable=-amount)


def posted(allocation: Allocation) -> Journal:
    """Return the journal of an allocation: the receipt's money pays the receivable."""
    return Journal(
        kind="allocation_made",
        source_type="allocation",
        source_id=allocation.id,
        customer_id=allocation.customer_id,
        currency=allocation.currency,
        posted_on=allocation.allocated_on,
        entries=transfer(
            debit=LedgerAccount.UNALLOCATED_RECEIPTS,
            credit=LedgerAccount.ACCOUNTS_RECEIVABLE,
            amount=allocation.amount,
        ),
    )


def _taken_back(uow: UnitOfWork, allocation: Allocation) -> Journal:
    return Journal(
        kind="allocation_reversed",
        source_type="allocation",
        source_id=allocation.id,
        customer_id=allocation.customer_id,
        currency=allocation.currency,
        posted_on=business_date(uow.now),
        entries=transfer(
            debit=LedgerAccount.ACCOUNTS_RECEIVABLE,
            credit=LedgerAccount.UNALLOCATED_RECEIPTS,
            amount=allocation.amount,
        ),
    )


def make(
    uow: UnitOfWork, invoice: Invoice, amount: Decimal, **source: UUID
) -> tuple[Allocation, Change]:
    """Return a new allocation to ``invoice``, out of ``receipt_id`` or ``prepayment_id``."""
    return Allocation.make(
        Place(invoice.owner_id, invoice.department, invoice.branch, invoice.region),
        customer_id=invoice.customer_id,
        invoice_id=invoice.id,
        amount=amount,
        currency=invoice.currency,
        on=business_date(uow.now),
        by=uow.actor.id,
        at=uow.now,
        **source,
    )


def _amount(place: int, share: Share, receipt: Receipt, invoice: Invoice) -> Decimal:
    if (receipt.customer_id, receipt.currency) != (invoice.customer_id, invoice.currency):
        raise NotTogether(
            f"Receipt {receipt.number} and invoice {invoice.number} differ in customer or currency."
        )
    if share.currency not in (None, invoice.currency):
        message = f"Receipt and invoice are in {invoice.currency}."
        pointer = f"/allocations/{place}/amount/currency"
        raise Invalid.field(pointer, message, "currency_mismatch")
    return min(receipt.unallocated, invoice.open) if share.amount is None else share.amount


def _require_known(
    shares: Sequence[Share],
    from_receipts: Mapping[UUID, Receipt],
    to_invoices: Mapping[UUID, Invoice],
) -> None:
    errors = [
        FieldError(f"/allocations/{place}/invoice_id", "unknown_invoice", "No such invoice.")
        for place, share in enumerate(shares)
        if share.invoice_id not in to_invoices
    ] + [
        FieldError(f"/allocations/{place}/receipt_id", "unknown_receipt", "No such receipt.")
        for place, share in enumerate(shares)
        if share.receipt_id not in from_receipts
    ]
    if errors:
        raise Invalid("A receipt or invoice does not exist.", errors=tuple(errors))
