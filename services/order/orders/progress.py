"""What happens to an order after its approval: delivered, invoiced, closed, cancelled.

Deliveries and invoices call these with quantities by order and line; the orders are locked in id
order, and what they commit of the customer's account moves with them. A prepayment account is
locked after the customer's account, never before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from services.order.accounts.repository import lock_standing, move
from services.order.orders.errors import OpenOrders
from services.order.orders.model import Order
from services.order.orders.placing import orders
from services.order.prepayments.service import release
from shared.db.unit_of_work import UnitOfWork
from shared.domain.aggregate import Change
from shared.events.order import ContractCompleted, ContractTerminated
from shared.events.vocabulary import Settlement

#: Quantities by order and line.
Quantities = Mapping[UUID, Mapping[UUID, Decimal]]


@dataclass(frozen=True, slots=True)
class CloseOrder:
    """Close an order, if it is still at version ``expected``."""

    order_id: UUID
    expected: int | None


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """Withdraw an order, if it is still at version ``expected``."""

    order_id: UUID
    expected: int | None
    reason: str


async def deliver_orders(
    uow: UnitOfWork, quantities: Quantities, *, tolerance: Decimal
) -> list[Order]:
    """Note deliveries (S142, S143). ``tolerance`` is a share; more is refused (S144)."""
    return await _advance(
        uow, quantities, lambda order, part: order.deliver(part, tolerance=tolerance)
    )


async def undeliver_orders(uow: UnitOfWork, quantities: Quantities) -> list[Order]:
    """Take deliveries back that did not happen."""
    return await _advance(uow, quantities, Order.undeliver)


async def invoice_orders(uow: UnitOfWork, quantities: Quantities) -> list[Order]:
    """Note issued invoices (S153): what is invoiced is no longer committed, but receivable."""
    return await _advance(uow, quantities, Order.invoice)


async def close_order(uow: UnitOfWork, command: CloseOrder) -> Order:
    """Close an order: nothing more is delivered, its hold is released (S123)."""
    order = await orders.get_for_update(uow, command.order_id, command.expected)
    return await _end(uow, order, Order.close)


async def cancel_order(uow: UnitOfWork, command: CancelOrder) -> Order:
    """Withdraw an order; its hold is released, its commitment ends (S123)."""
    order = await orders.get_for_update(uow, command.order_id, command.expected)
    return await _end(uow, order, lambda each: each.cancel(command.reason))


async def _end(uow: UnitOfWork, order: Order, step: Callable[[Order], Change]) -> Order:
    committed = order.committed
    change = step(order)
    if order.settlement == Settlement.PREPAID:
        await lock_standing(uow, order.customer_id, order.currency)
        await release(uow, order.customer_id, order.currency, order_id=order.id)
    await orders.save(uow, order, change)
    delta = order.committed - committed
    await move(uow, order.customer_id, order.currency, committed=delta)
    return order


async def _advance(
    uow: UnitOfWork,
    quantities: Quantities,
    step: Callable[[Order, Mapping[UUID, Decimal]], Change],
) -> list[Order]:
    with uow.conn.seeing_everything():  # who ships may ship for orders of others
        found = await orders.lock_all(uow, quantities)
    freed: dict[tuple[UUID, str], Decimal] = defaultdict(Decimal)
    for order in found:
        committed = order.committed
        await orders.save(uow, order, step(order, quantities[order.id]))
        freed[order.customer_id, order.currency] += order.committed - committed
    for key in sorted(freed):
        await move(uow, *key, committed=freed[key])
    return found


async def refuse_while_orders_are_open(
    uow: UnitOfWork, ended: ContractCompleted | ContractTerminated
) -> None:
    """A contract ends, of itself or before its time, when no order under it is open (S129)."""
    await must_have_no_open_orders(uow, ended.contract_id, ended.number)


async def must_have_no_open_orders(uow: UnitOfWork, contract_id: UUID, number: str) -> None:
    """Refuse while an order under a locked contract is not closed, cancelled or rejected."""
    count = await orders.open_under(uow, contract_id)
    if count:
        raise OpenOrders(f"{count} orders under {number} are open.", open_orders=count)
