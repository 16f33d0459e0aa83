"""Preparing deliveries: of orders, for an invoice that came first, or direct (S142 to S146)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from services.order.accounts.repository import lock_standing, move
from services.order.customers.repository import known_customer
from services.order.deliveries.errors import (
    DirectDeliveryRefused,
    InvoiceComesFirst,
    MixedDelivery,
    NothingToDeliver,
)
from services.order.deliveries.model import Delivery, DeliveryLine, Heading, Taken, part_amount
from services.order.deliveries.repository import Deliveries
from services.order.orders.errors import OrderStateError, OverDelivery
from services.order.orders.line import OrderLine
from services.order.orders.model import Order
from services.order.orders.placing import orders
from services.order.orders.status import OPEN
from services.order.place import Place
from services.order.prices.service import judge
from services.order.products.line import Asked, must_fit, priced
from services.order.products.repository import known_products
from shared.db.unit_of_work import UnitOfWork
from shared.domain.business_types import must_be_permitted
from shared.domain.clock import business_date
from shared.domain.errors import FieldError, Invalid
from shared.domain.ids import new_id
from shared.domain.money import QUANTITY_STEP, total
from shared.events.vocabulary import Chain, Settlement
from shared.numbering.numbers import next_number
from shared.numbering.ranges import Range, Series

deliveries = Deliveries()

SERIES = Series("delivery", "FH", 8, Range(1, 99_999_999))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A quantity of an order line to deliver."""

    order_id: UUID
    order_line_id: UUID
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class DraftDelivery:
    """Prepare a delivery of order lines, or of all that ``order_ids`` leave open.

    ``tolerance`` is the share by which an order line may be exceeded.
    """

    wanted: tuple[Wanted, ...] = ()
    order_ids: tuple[UUID, ...] = ()
    tolerance: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class DraftDirectDelivery:
    """Prepare a delivery that no order asked for; ``currency`` is that of its prices, and
    ``permitted`` are the business types of the company."""

    customer_id: UUID
    currency: str
    lines: tuple[Asked, ...]
    permitted: Collection[Chain]


async def draft_delivery(uow: UnitOfWork, command: DraftDelivery) -> Delivery:
    """Prepare a delivery of one order or several of one customer (S142, S143, S147)."""
    ids = sorted({each.order_id for each in command.wanted} | set(command.order_ids))
    found = {order.id: order for order in await _lock(uow, ids)}
    if any(order.chain == Chain.INVOICE_FIRST for order in found.values()):
        raise InvoiceComesFirst("Issue the invoice; the delivery follows by itself.")
    planned = await deliveries.planned(uow.conn, ids)
    wanted = command.wanted or tuple(_left(found.values(), planned))
    if not wanted:
        raise NothingToDeliver("Everything ordered is in a delivery already.")
    return await _draft(uow, found, planned, wanted, command.tolerance)


async def draft_of_invoice(uow: UnitOfWork, wanted: Sequence[Wanted]) -> Delivery:
    """Prepare the delivery of an invoice that came first; the invoice fixes it (S146)."""
    ids = sorted({each.order_id for each in wanted})
    found = {order.id: order for order in await _lock(uow, ids)}
    planned = await deliveries.planned(uow.conn, ids)
    return await _draft(uow, found, planned, wanted, Decimal(0))


async def draft_direct_delivery(uow: UnitOfWork, command: DraftDirectDelivery) -> Delivery:
    """Prepare a delivery without an order, as far as the customer's terms cover it (S145)."""
    must_be_permitted(Chain.DIRECT_DELIVERY, command.permitted)
    products = await known_products(uow.conn, [each.product_id for each in command.lines])
    lines = [
        DeliveryLine(
            **priced(
                product,
                each.quantity,
                each.unit_price,
                each.discount,
                currency=command.currency,
            )
        )
        for product, each in zip(products, command.lines, strict=True)
    ]
    must_fit(lines)
    customer = await known_customer(uow.conn, command.customer_id, hold=True)
    customer.must_trade()
    await _cover(uow, customer.id, command.currency, total(line.amount for line in lines))
    heading = Heading(
        number=await next_number(uow.conn, SERIES, customer.branch, uow.now),
        chain=Chain.DIRECT_DELIVERY,
        customer_id=customer.id,
        currency=command.currency,
        place=Place(customer.owner_id, customer.department, customer.branch, customer.region),
    )
    delivery, change = Delivery.draft(
        heading, lines, by=uow.actor.id, at=uow.now, on_behalf_of=uow.actor.principal_id
    )
    await judge(uow, delivery)
    await deliveries.add(uow, delivery, change)
    return delivery


async def _cover(uow: UnitOfWork, customer_id: UUID, currency: str, amount: Decimal) -> None:
    """Commit ``amount`` to the customer's account.

    Raises:
        DirectDeliveryRefused: the customer pays in advance, or the credit limit is passed.
    """
    standing = await lock_standing(uow, customer_id, currency)
    settlement = standing.terms.on(business_date(uow.now), currency)
    if settlement == Settlement.PREPAID:
        raise DirectDeliveryRefused("Who pays in advance orders first, so that money is held.")
    if settlement == Settlement.CREDIT and (short := standing.credit_short(amount)):
        raise DirectDeliveryRefused(f"The credit limit is short by {short}.", short=short)
    await move(uow, customer_id, currency, committed=amount)


async def _lock(uow: UnitOfWork, ids: Sequence[UUID]) -> list[Order]:
    found = await orders.lock_all(uow, ids)
    for order in found:
        if order.status not in OPEN:
            raise OrderStateError(f"{order.number} is {order.status}; nothing is delivered of it.")
    if len({(order.customer_id, order.currency, order.chain) for order in found}) > 1:
        numbers = ", ".join(order.number for order in found)
        raise MixedDelivery(f"{numbers} differ in customer, currency or business type.")
    return found


def _left(found: Iterable[Order], planned: dict[UUID, Taken]) -> Iterable[Wanted]:
    for order in found:
        for line in order.lines:
            left = line.quantity - planned.get(line.id, Taken()).quantity
            if left > 0:
                yield Wanted(order.id, line.id, left)


async def _draft(
    uow: UnitOfWork,
    found: dict[UUID, Order],
    planned: dict[UUID, Taken],
    wanted: Sequence[Wanted],
    tolerance: Decimal,
) -> Delivery:
    lines = [
        _line(place, each, found[each.order_id], planned, tolerance)
        for place, each in enumerate(wanted)
    ]
    order = found[wanted[0].order_id]
    heading = Heading(
        number=await next_number(uow.conn, SERIES, order.branch, uow.now),
        chain=order.chain,
        customer_id=order.customer_id,
        currency=order.currency,
        place=Place(order.owner_id, order.department, order.branch, order.region),
        tolerance=tolerance,
    )
    delivery, change = Delivery.draft(
        heading, lines, by=uow.actor.id, at=uow.now, on_behalf_of=uow.actor.principal_id
    )
    await deliveries.add(uow, delivery, change)
    return delivery


def _line(
    place: int, wanted: Wanted, order: Order, planned: dict[UUID, Taken], tolerance: Decimal
) -> DeliveryLine:
    """Return a line of the delivery, and note in ``planned`` that it is taken."""
    line = next((each for each in order.lines if each.id == wanted.order_line_id), None)
    if line is None:
        message = f"{order.number} has no such line."
        raise Invalid.field(f"/lines/{place}/order_line_id", message, "unknown_line")
    quantity = wanted.quantity.quantize(QUANTITY_STEP)
    before = planned.get(line.id, Taken())
    _must_not_exceed(place, order, line, before.quantity, quantity, tolerance)
    amount = part_amount(line, before, quantity, order.currency)
    planned[line.id] = Taken(before.quantity + quantity, before.amount + amount)
    return DeliveryLine(
        id=new_id(),
        order_id=order.id,
        order_line_id=line.id,
        product_id=line.product_id,
        product_code=line.product_code,
        product_name=line.product_name,
        unit=line.unit,
        quantity=quantity,
        unit_price=line.unit_price,
        discount=line.discount,
        amount=amount,
    )


def _must_not_exceed(
    place: int,
    order: Order,
    line: OrderLine,
    before: Decimal,
    quantity: Decimal,
    tolerance: Decimal,
) -> None:
    if before + quantity <= line.quantity * (1 + tolerance):
        return
    message = (
        f"{order.number} {line.product_code}: {line.quantity} ordered, {before} in deliveries"
        f" already, {quantity} more asked for, tolerance {tolerance}."
    )
    pointer = f"/lines/{place}/quantity"
    raise OverDelivery(message, errors=(FieldError(pointer, "over_delivery", message),))
