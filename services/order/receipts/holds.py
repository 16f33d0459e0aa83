"""What prepaid orders hold pays their invoices as they are issued (S165)."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from services.order.accounts.repository import move
from services.order.deliveries.model import Taken
from services.order.invoices.drafting import invoices
from services.order.invoices.model import Invoice
from services.order.orders.model import Order
from services.order.orders.placing import orders
from services.order.prepayments.service import Consumption, consume_hold
from services.order.receipts.allocating import make
from services.order.receipts.model import Allocation
from services.order.receipts.service import allocations
from shared.db.unit_of_work import UnitOfWork
from shared.domain.aggregate import Change
from shared.domain.ids import new_id
from shared.domain.money import ZERO, total
from shared.events.order import InvoiceIssued
from shared.events.vocabulary import Settlement


async def pay_from_holds(uow: UnitOfWork, issued: InvoiceIssued) -> None:
    """Consume what the orders of an invoice hold, and apply it to the invoice (S165).

    Goods delivered beyond the ordered quantity are not held for; their price stays open.
    """
    invoice = await invoices.get_for_update(uow, issued.invoice_id)
    ordered = await orders.lock_all(uow, invoice.order_ids)
    prepaid = [order for order in ordered if order.settlement == Settlement.PREPAID]
    charged = await invoices.issued_orders(uow.conn, [order.id for order in prepaid])
    made = [
        paid
        for order in prepaid
        if (paid := await _pay(uow, invoice, order.id, _held_for(invoice, order, charged)))
    ]
    if not made:
        return
    await allocations.add_many(uow, made)
    amount = total(allocation.amount for allocation, _ in made)
    await move(uow, invoice.customer_id, invoice.currency, receivable=-amount)
    await invoices.save(uow, invoice, invoice.allocate(amount))


def _held_for(invoice: Invoice, order: Order, charged: dict[UUID, Taken]) -> Decimal:
    """Return the part of an invoice that an order holds money for; ``charged`` includes it."""
    covered = ZERO
    for line in order.lines:
        mine = total(each.amount for each in invoice.lines if each.order_line_id == line.id)
        before = charged.get(line.id, Taken()).amount - mine
        covered += min(mine, max(line.amount - before, ZERO))
    return covered


async def _pay(
    uow: UnitOfWork, invoice: Invoice, order_id: UUID, amount: Decimal
) -> tuple[Allocation, Change] | None:
    if not amount:
        return None
    consumption = Consumption(invoice.id, new_id(), amount)
    consumed = await consume_hold(
        uow, invoice.customer_id, invoice.currency, order_id=order_id, consumption=consumption
    )
    if consumed is None:
        return None
    prepayment_id, paid = consumed
    return make(
        uow, invoice, paid, prepayment_id=prepayment_id, allocation_id=consumption.allocation_id
    )
