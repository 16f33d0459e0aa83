"""The review: may the customer trade, and is the money there (S166). Approving is one
transaction with the hold or the commitment, under the lock of the customer's account."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from services.order.accounts.model import Standing
from services.order.accounts.repository import lock_standing, move
from services.order.contracts.service import contracts
from services.order.orders.model import Order
from services.order.orders.origin import Coverage
from services.order.orders.placing import orders
from services.order.prepayments.service import hold
from services.order.prices.service import authorise
from shared.db.unit_of_work import UnitOfWork
from shared.domain.business_types import must_be_permitted
from shared.domain.clock import business_date
from shared.domain.money import ZERO
from shared.events.vocabulary import Chain, Settlement


@dataclass(frozen=True, slots=True)
class ApproveOrder:
    """Review an order, if it is still at version ``expected``; ``permitted`` are the business
    types of the company."""

    order_id: UUID
    expected: int | None
    permitted: Collection[Chain]


@dataclass(frozen=True, slots=True)
class RejectOrder:
    """Refuse an order in the review."""

    order_id: UUID
    expected: int | None
    reason: str


async def approve_order(uow: UnitOfWork, command: ApproveOrder) -> Order:
    """Approve an order if it is covered; otherwise it awaits funds (S123, S165, S166). The
    approver's authority must cover its discounts (S106, S108, S221)."""
    order = await orders.get_for_update(uow, command.order_id, command.expected)
    order.must_be_reviewable(*uow.actor.signature)
    must_be_permitted(order.chain, command.permitted)
    role = await authorise(uow, order) if order.has_own_prices else None
    if order.contract_id is not None:
        validity = await contracts.validity(uow.conn, order.contract_id)
        validity.must_allow(order.customer_id, order.ordered_on)
    standing = await lock_standing(uow, order.customer_id, order.currency)
    standing.must_trade()
    coverage, short = await _cover(uow, order, standing)
    if short:
        await orders.save(uow, order, order.await_funds(short))
        return order
    by, on_behalf_of = uow.actor.signature
    change = order.approve(coverage, by=by, at=uow.now, role=role, on_behalf_of=on_behalf_of)
    await orders.save(uow, order, change)
    await move(uow, order.customer_id, order.currency, committed=order.committed)
    return order


async def reject_order(uow: UnitOfWork, command: RejectOrder) -> Order:
    """Refuse an order in the review; it may be changed and placed again (S123)."""
    order = await orders.get_for_update(uow, command.order_id, command.expected)
    order.must_be_reviewable(*uow.actor.signature)
    await orders.save(uow, order, order.reject(command.reason))
    return order


async def _cover(uow: UnitOfWork, order: Order, standing: Standing) -> tuple[Coverage, Decimal]:
    """Return how the order is covered, and by how much it is short."""
    settlement = standing.terms.on(business_date(uow.now), order.currency)
    if settlement == Settlement.PREPAID:
        short = await hold(
            uow, order.customer_id, order.currency, order_id=order.id, amount=order.total
        )
        return Coverage(settlement), short
    if settlement == Settlement.CREDIT:
        used = standing.credit_used(order.total)
        coverage = Coverage(settlement, used, standing.terms.limit)
        return coverage, standing.credit_short(order.total)
    return Coverage(settlement), ZERO
