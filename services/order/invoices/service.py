"""What happens to an invoice after it is prepared: checked, issued, voided."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from services.order.accounts.repository import move
from services.order.deliveries.drafting import Wanted, deliveries, draft_of_invoice
from services.order.deliveries.model import Taken
from services.order.invoices.drafting import invoices
from services.order.invoices.matching import Claim, require_match
from services.order.invoices.model import Invoice
from services.order.ledger.model import Journal, LedgerAccount, transfer
from services.order.ledger.posting import post
from services.order.orders.line import OrderLine
from services.order.orders.model import Order
from services.order.orders.placing import orders
from services.order.orders.progress import invoice_orders
from services.order.products.line import ProductLine
from shared.db.unit_of_work import UnitOfWork
from shared.domain.clock import business_date
from shared.domain.money import total
from shared.events.vocabulary import Chain
from shared.numbering.numbers import next_number
from shared.numbering.ranges import Range, Series

SERIES = Series("invoice", "FP", 8, Range(1, 99_999_999))


@dataclass(frozen=True, slots=True)
class CheckInvoice:
    """A second person confirms an invoice."""

    invoice_id: UUID
    expected: int | None


@dataclass(frozen=True, slots=True)
class IssueInvoice:
    """Make an invoice a receivable."""

    invoice_id: UUID
    expected: int | None


@dataclass(frozen=True, slots=True)
class VoidInvoice:
    """Withdraw an invoice before it is issued."""

    invoice_id: UUID
    expected: int | None
    reason: str


async def check_invoice(uow: UnitOfWork, command: CheckInvoice) -> Invoice:
    """Confirm an invoice that matches order and delivery; not by its author (S152, S153)."""
    invoice = await invoices.get_for_update(uow, command.invoice_id, command.expected)
    change = invoice.check(*uow.actor.signature)
    await _require_match(uow, invoice)
    await invoices.save(uow, invoice, change)
    return invoice


async def issue_invoice(uow: UnitOfWork, command: IssueInvoice) -> Invoice:
    """Match once more, number, and post as a receivable (S153, S160); holds pay it (S165)."""
    invoice = await invoices.get_for_update(uow, command.invoice_id, command.expected)
    invoice.must_be_checked()
    await _require_match(uow, invoice)
    await invoice_orders(uow, _quantities(invoice))
    direct = total(line.amount for line in invoice.lines if line.order_id is None)
    await move(
        uow,
        invoice.customer_id,
        invoice.currency,
        receivable=invoice.total,
        committed=-direct,
    )
    number = await next_number(uow.conn, SERIES, invoice.branch, uow.now)
    change = invoice.issue(number, business_date(uow.now))
    if invoice.total:
        await post(uow, issued(invoice))
    await invoices.save(uow, invoice, change)
    if wanted := _to_deliver(invoice):
        with uow.conn.seeing_everything():
            await draft_of_invoice(uow, wanted)
    return await invoices.get(uow.conn, invoice.id)


async def void_invoice(uow: UnitOfWork, command: VoidInvoice) -> Invoice:
    """Withdraw an invoice before it is issued; what it charged may be charged again."""
    invoice = await invoices.get_for_update(uow, command.invoice_id, command.expected)
    await invoices.save(uow, invoice, invoice.void(command.reason))
    return invoice


def issued(invoice: Invoice) -> Journal:
    """Return the journal of an issued invoice: a receivable that is revenue (S160)."""
    if invoice.issued_on is None:
        raise ValueError("An invoice is posted when it is issued.")
    return Journal(
        kind="invoice_issued",
        source_type="invoice",
        source_id=invoice.id,
        customer_id=invoice.customer_id,
        currency=invoice.currency,
        posted_on=invoice.issued_on,
        entries=transfer(
            debit=LedgerAccount.ACCOUNTS_RECEIVABLE,
            credit=LedgerAccount.REVENUE,
            amount=invoice.total,
        ),
    )


async def _require_match(uow: UnitOfWork, invoice: Invoice) -> None:
    """Lock deliveries and orders of an invoice, in id order, and compare the three (S153): all of
    them, also where the invoice alone is seen."""
    with uow.conn.seeing_everything():
        delivered = await deliveries.lock(uow, invoice.delivery_ids)
        ordered = await orders.lock_all(uow, invoice.order_ids)
    charged = await invoices.issued(uow.conn, invoice.delivery_ids)
    of_orders = {
        line.id: _claim(line, _chargeable(order, line)) for order in ordered for line in order.lines
    }
    of_deliveries = {
        line.id: _claim(line, line.quantity - charged.get(line.id, Taken()).quantity)
        for delivery in delivered.values()
        for line in delivery.lines
    }
    require_match(invoice, of_orders, of_deliveries)


def _claim(line: ProductLine, quantity: Decimal) -> Claim:
    return Claim(line.product_id, line.product_code, line.unit_price, line.discount, quantity)


def _chargeable(order: Order, line: OrderLine) -> Decimal:
    reached = line.quantity if order.chain == Chain.INVOICE_FIRST else line.delivered
    return reached - line.invoiced


def _quantities(invoice: Invoice) -> dict[UUID, dict[UUID, Decimal]]:
    found: dict[UUID, dict[UUID, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for line in invoice.lines:
        if line.order_id is not None and line.order_line_id is not None:
            found[line.order_id][line.order_line_id] += line.quantity
    return found


def _to_deliver(invoice: Invoice) -> list[Wanted]:
    """What is billed before it is delivered, and so is to be delivered now (S146)."""
    return [
        Wanted(line.order_id, line.order_line_id, line.quantity)
        for line in invoice.lines
        if line.delivery_id is None and line.order_id and line.order_line_id
    ]
