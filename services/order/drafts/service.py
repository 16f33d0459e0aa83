"""Use cases of the drafts slice: somebody of a customer puts an order together and hands it in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.order.drafts.errors import NoOrdersNow, PricesChanged
from services.order.drafts.model import DraftLine, OrderDraft
from services.order.drafts.pricing import PricedDraft, price
from services.order.drafts.repository import OrderDrafts
from services.order.orders.errors import ContractNeeded
from services.order.orders.model import Order
from services.order.orders.origin import Origin
from services.order.orders.placing import PAYMENT_DAYS, orders
from services.order.place import Place
from services.order.portal_users.buyer import Buyer, buyer_of
from services.order.prices.service import judge
from shared.db.unit_of_work import UnitOfWork
from shared.domain.clock import business_date
from shared.events.values import Money
from shared.events.vocabulary import Chain
from shared.numbering.errors import NumberRangeExhausted

drafts = OrderDrafts()
#: The business types an order without a contract can be of, the usual one first.
_WITHOUT_CONTRACT = (Chain.ORDINARY, Chain.DIRECT_DELIVERY, Chain.INVOICE_FIRST)


@dataclass(frozen=True, slots=True)
class Item:
    """A product, and how many."""

    product_id: UUID
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class DraftOrder:
    """Begin an order."""

    items: tuple[Item, ...]
    currency: str
    note: str | None


@dataclass(frozen=True, slots=True)
class ChangeDraft:
    """Change a draft, if it is still at version ``expected``; ``items`` replace all lines, None
    leaves them."""

    draft_id: UUID
    expected: int | None
    items: tuple[Item, ...] | None
    changes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SubmitDraft:
    """Hand a draft in. ``total`` is what the customer agreed to, None: whatever it comes to.
    ``permitted`` are the business types of the company."""

    draft_id: UUID
    expected: int | None
    total: Decimal | None
    permitted: Collection[Chain]


@dataclass(frozen=True, slots=True)
class CancelDraft:
    """Give a draft up."""

    draft_id: UUID
    expected: int | None


async def draft_order(uow: UnitOfWork, command: DraftOrder) -> PricedDraft:
    """Begin an order of one's customer (S25).

    Raises:
        NotListed: a product cannot be ordered today.
    """
    buyer = await buyer_of(uow.conn, uow.actor, hold=True)
    draft, change = OrderDraft.draft(
        _lines(command.items),
        customer_id=buyer.customer.id,
        portal_user_id=buyer.id,
        currency=command.currency,
        note=command.note,
        at=uow.now,
    )
    costing = await _price(uow, draft)
    costing.must_be_listed()
    await drafts.add(uow, draft, change)
    return costing


async def change_draft(uow: UnitOfWork, command: ChangeDraft) -> PricedDraft:
    """Change one's own draft (S25).

    Raises:
        NotListed: a new line is of a product that cannot be ordered today.
    """
    draft = await _own(uow, command.draft_id, command.expected)
    lines = None if command.items is None else _lines(command.items)
    change = draft.change(lines, **command.changes)
    costing = await _price(uow, draft)
    if lines is not None:
        costing.must_be_listed()
    await drafts.save(uow, draft, change)
    return costing


async def cancel_draft(uow: UnitOfWork, command: CancelDraft) -> PricedDraft:
    """Give one's own draft up (S25)."""
    draft = await _own(uow, command.draft_id, command.expected)
    await drafts.save(uow, draft, draft.cancel())
    return await _price(uow, draft)


async def submit_draft(uow: UnitOfWork, command: SubmitDraft) -> Order:
    """Hand one's own draft in to the sales department: an order at the list prices of today, of
    whoever has the customer, that waits for the review as any other (S25, S134).

    Raises:
        ContractNeeded: the company does no business without a contract (S121).
        NotListed: a product cannot be ordered any more.
        PricesChanged: it comes to another total than the customer agreed to.
        NoOrdersNow: the branch has no number left.
    """
    buyer = await buyer_of(uow.conn, uow.actor, hold=True)
    draft = await drafts.get_for_update(uow, command.draft_id, command.expected)
    draft.must_be_open()
    origin = Origin(chain=_chain(command.permitted))
    costing = await _price(uow, draft)
    lines = costing.order_lines()
    _must_agree(costing, command.total)
    order, change = Order.place(
        origin,
        lines,
        number=await _number(uow, buyer.customer.branch),
        customer_id=buyer.customer.id,
        currency=draft.currency,
        ordered_on=business_date(uow.now),
        payment_days=PAYMENT_DAYS,
        authors=(buyer.id,),
        place=_place(buyer),
        at=uow.now,
        note=draft.note,
        portal_user_id=buyer.id,
    )
    await judge(uow, order)
    await orders.add(uow, order, change)
    await drafts.save(uow, draft, draft.submit(order.id))
    return order


async def _number(uow: UnitOfWork, branch: str | None) -> str:
    try:
        return await orders.next_number(uow, branch)
    except NumberRangeExhausted:
        raise NoOrdersNow("Please ask your account manager; the draft is kept.") from None


async def _own(uow: UnitOfWork, draft_id: UUID, expected: int | None) -> OrderDraft:
    await buyer_of(uow.conn, uow.actor, hold=True)
    return await drafts.get_for_update(uow, draft_id, expected)


async def _price(uow: UnitOfWork, draft: OrderDraft) -> PricedDraft:
    return await price(uow.conn, draft, business_date(uow.now))


def _lines(items: tuple[Item, ...]) -> list[DraftLine]:
    return [DraftLine.of(item.product_id, item.quantity) for item in items]


def _place(buyer: Buyer) -> Place:
    """Return where the order belongs: to whoever has the customer."""
    customer = buyer.customer
    return Place(customer.owner_id, customer.department, customer.branch, customer.region)


def _chain(permitted: Collection[Chain]) -> Chain:
    for chain in _WITHOUT_CONTRACT:
        if chain in permitted:
            return chain
    raise ContractNeeded("Orders are placed under a signed contract; ask your account manager.")


def _must_agree(costing: PricedDraft, agreed: Decimal | None) -> None:
    if agreed is not None and agreed != costing.total and costing.total is not None:
        total = Money(amount=costing.total, currency=costing.draft.currency)
        raise PricesChanged(
            f"It comes to {costing.total} {costing.draft.currency} today.",
            total=total.model_dump(mode="json"),
        )
