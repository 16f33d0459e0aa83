"""Orders close when they are delivered, invoiced and paid; contracts complete when all of it is."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from services.order.contracts.service import CompleteContract, complete_contract, contracts
from services.order.contracts.status import Status as ContractStatus
from services.order.invoices.drafting import invoices
from services.order.orders.placing import orders
from services.order.orders.progress import CloseOrder, close_order
from services.order.orders.status import OPEN
from shared.db.unit_of_work import UnitOfWork
from shared.events.order import ContractAmended, InvoiceSettled, OrderClosed, OrderProgressed


class Progress(Protocol):
    """How far an order line is, as the order or its event has it."""

    @property
    def quantity(self) -> Decimal: ...
    @property
    def delivered(self) -> Decimal: ...
    @property
    def invoiced(self) -> Decimal: ...


async def close_paid_orders(uow: UnitOfWork, settled: InvoiceSettled) -> None:
    """Close what a paid invoice finishes (S123, S161): orders first, then their contract."""
    ids = {line.order_id for line in settled.lines if line.order_id}
    for order in await orders.lock_all(uow, ids) if ids else []:
        if order.status in OPEN and _is_done(order.lines):
            await _close_if_paid(uow, order.id)
    if settled.contract_id is not None:
        await _complete_if_done(uow, settled.contract_id)


async def close_finished_order(uow: UnitOfWork, progressed: OrderProgressed) -> None:
    """Close an order whose last delivery comes after its invoices were paid (S146)."""
    if _is_done(progressed.lines):
        await _close_if_paid(uow, progressed.order_id)


async def complete_contract_of(uow: UnitOfWork, closed: OrderClosed) -> None:
    """Complete the contract of an order that was the last of it."""
    if closed.contract_id is not None:
        await _complete_if_done(uow, closed.contract_id)


async def complete_amended_contract(uow: UnitOfWork, amended: ContractAmended) -> None:
    """Complete a contract that an amendment leaves nothing to do of (S129)."""
    await _complete_if_done(uow, amended.contract_id)


def _is_done(lines: Iterable[Progress]) -> bool:
    return all(line.quantity <= line.delivered == line.invoiced for line in lines)


async def _close_if_paid(uow: UnitOfWork, order_id: UUID) -> None:
    if not await invoices.has_unpaid(uow.conn, order_id):
        await close_order(uow, CloseOrder(order_id, None))


async def _complete_if_done(uow: UnitOfWork, contract_id: UUID) -> None:
    """Complete a contract when all it agrees on is delivered, invoiced and paid (S117)."""
    contract = await contracts.get_for_update(uow, contract_id)
    if contract.status != ContractStatus.SIGNED:
        return
    if await orders.open_under(uow, contract_id) or await invoices.owed_under(
        uow.conn, contract_id
    ):
        return
    taken = await orders.taken(uow, contract_id)
    if all(taken.get(line.id, Decimal(0)) >= line.quantity for line in contract.lines):
        await complete_contract(uow, CompleteContract(contract_id))
