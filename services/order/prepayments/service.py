"""Use cases of the prepayments slice. Orders hold and release, invoices consume, finance does the
rest; whoever promises money of a customer has locked the customer's account first."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from services.order.accounts.repository import lock_standing
from services.order.customers.errors import UnknownCustomer
from services.order.ledger.model import Entry, Journal, LedgerAccount, transfer
from services.order.ledger.posting import post
from services.order.prepayments.model import Prepayment
from services.order.prepayments.repository import Prepayments
from shared.db.unit_of_work import UnitOfWork
from shared.domain.clock import business_date
from shared.domain.errors import Invalid
from shared.domain.money import ZERO

prepayments = Prepayments()


@dataclass(frozen=True, slots=True)
class CreditPrepayment:
    """Finance has money of a customer in advance; of a receipt, when ``receipt_id`` says so."""

    customer_id: UUID
    amount: Decimal
    currency: str
    note: str | None = None
    receipt_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class RefundPrepayment:
    """Finance pays free money back."""

    prepayment_id: UUID
    expected: int | None
    amount: Decimal
    currency: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Consumption:
    """Money of a prepayment account for an invoice; the allocation is its record (核销)."""

    invoice_id: UUID
    allocation_id: UUID
    amount: Decimal


async def credit_prepayment(uow: UnitOfWork, command: CreditPrepayment) -> Prepayment:
    """Credit a customer's account, opening it with the first money (S164)."""
    standing = await lock_standing(uow, command.customer_id, command.currency)
    if standing.customer is None or not uow.conn.scope.sees(standing.customer.owner_id):
        raise UnknownCustomer.named()
    found = await prepayments.of_customer(uow, command.customer_id, command.currency)
    account = found or Prepayment.open(command.customer_id, command.currency, uow.now)
    change = account.credit(command.amount, receipt_id=command.receipt_id, note=command.note)
    movement_id = await prepayments.move(uow, account, change)
    source = LedgerAccount.UNALLOCATED_RECEIPTS if command.receipt_id else LedgerAccount.BANK
    entries = transfer(debit=source, credit=LedgerAccount.PREPAYMENTS, amount=command.amount)
    await _post(uow, account, "prepayment_credited", "prepayment_movement", movement_id, entries)
    return account


async def refund_prepayment(uow: UnitOfWork, command: RefundPrepayment) -> Prepayment:
    """Pay free money back to the customer; what orders hold stays (S164)."""
    account = await prepayments.get_for_update(uow, command.prepayment_id, command.expected)
    if command.currency != account.currency:
        message = f"This account is in {account.currency}."
        raise Invalid.field("/amount/currency", message, "currency_mismatch")
    change = account.refund(command.amount, note=command.note)
    movement_id = await prepayments.move(uow, account, change)
    entries = transfer(
        debit=LedgerAccount.PREPAYMENTS, credit=LedgerAccount.BANK, amount=command.amount
    )
    await _post(uow, account, "prepayment_refunded", "prepayment_movement", movement_id, entries)
    return account


async def hold(
    uow: UnitOfWork, customer_id: UUID, currency: str, *, order_id: UUID, amount: Decimal
) -> Decimal:
    """Reserve money for an order (S165). Return by how much it is short; then nothing is held."""
    account = await prepayments.of_customer(uow, customer_id, currency)
    available = account.available if account else ZERO
    if account is None or available < amount:
        return amount - available
    if amount:
        await prepayments.move(uow, account, account.hold(amount, order_id))
    return ZERO


async def release(uow: UnitOfWork, customer_id: UUID, currency: str, *, order_id: UUID) -> Decimal:
    """Give back all that is still held for an order; return how much that was."""
    account = await prepayments.of_customer(uow, customer_id, currency)
    held = await prepayments.held_for(uow, order_id) if account else ZERO
    if account and held:
        await prepayments.move(uow, account, account.release(held, order_id))
    return held


async def consume_hold(
    uow: UnitOfWork, customer_id: UUID, currency: str, *, order_id: UUID, consumption: Consumption
) -> tuple[UUID, Decimal] | None:
    """Pay an invoice with what is held for an order, up to ``consumption.amount``.

    Returns the account and how much was paid, or None when nothing is held. The ledger is
    credited to the receivable in the name of the allocation; the caller records the allocation
    and lowers the customer's receivable.
    """
    account = await prepayments.of_customer(uow, customer_id, currency)
    held = await prepayments.held_for(uow, order_id) if account else ZERO
    if account is None or not held:
        return None
    paid = Consumption(
        consumption.invoice_id, consumption.allocation_id, min(held, consumption.amount)
    )
    await _consume(uow, account, paid, order_id)
    return account.id, paid.amount


async def consume_free(
    uow: UnitOfWork, prepayment_id: UUID, consumption: Consumption
) -> Prepayment:
    """Pay an invoice with money that no order holds; allocation and receivable as above.

    Raises:
        PrepaymentShort: not that much is free.
    """
    account = await prepayments.get_for_update(uow, prepayment_id)
    await _consume(uow, account, consumption, None)
    return account


async def restore(uow: UnitOfWork, prepayment_id: UUID, consumption: Consumption) -> Prepayment:
    """Take the payment of an invoice back (反核销, S161): the money is free again."""
    account = await prepayments.get_for_update(uow, prepayment_id)
    change = account.restore(
        consumption.amount,
        invoice_id=consumption.invoice_id,
        allocation_id=consumption.allocation_id,
    )
    await prepayments.move(uow, account, change)
    entries = transfer(
        debit=LedgerAccount.ACCOUNTS_RECEIVABLE,
        credit=LedgerAccount.PREPAYMENTS,
        amount=consumption.amount,
    )
    source = consumption.allocation_id
    await _post(uow, account, "prepayment_restored", "allocation", source, entries)
    return account


async def _consume(
    uow: UnitOfWork, account: Prepayment, consumption: Consumption, order_id: UUID | None
) -> None:
    change = account.consume(
        consumption.amount,
        invoice_id=consumption.invoice_id,
        allocation_id=consumption.allocation_id,
        order_id=order_id,
    )
    await prepayments.move(uow, account, change)
    entries = transfer(
        debit=LedgerAccount.PREPAYMENTS,
        credit=LedgerAccount.ACCOUNTS_RECEIVABLE,
        amount=consumption.amount,
    )
    source = consumption.allocation_id
    await _post(uow, account, "prepayment_consumed", "allocation", source, entries)


async def _post(
    uow: UnitOfWork,
    account: Prepayment,
    kind: str,
    source_type: str,
    source_id: UUID,
    entries: tuple[Entry, ...],
) -> None:
    await post(
        uow,
        Journal(
            kind=kind,
            source_type=source_type,
            source_id=source_id,
            customer_id=account.customer_id,
            currency=account.currency,
            posted_on=business_date(uow.now),
            entries=entries,
        ),
    )
