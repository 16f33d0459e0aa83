"""Preparing invoices: from what was delivered, or from an order where billing comes first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.order.deliveries.drafting import deliveries
from services.order.deliveries.model import Delivery, DeliveryLine, Taken, part_amount
from services.order.deliveries.model import Status as DeliveryStatus
from services.order.invoices.errors import MixedInvoice, NothingToInvoice, NotInvoiceable
from services.order.invoices.model import Heading, Invoice, InvoiceLine
from services.order.invoices.repository import Invoices
from services.order.orders.errors import TermExceeded
from services.order.orders.model import Order
from services.order.orders.placing import orders
from services.order.orders.status import OPEN
from services.order.place import Place
from services.order.products.line import ProductLine
from shared.db.unit_of_work import UnitOfWork
from shared.domain.errors import Invalid, NotFound
from shared.domain.ids import new_id
from shared.domain.money import CENT, QUANTITY_STEP, SHARE_STEP, line_amount
from shared.events.vocabulary import Chain

invoices = Invoices()

_PAYMENT_DAYS = 30
_SHIPPED = (DeliveryStatus.SHIPPED, DeliveryStatus.RECEIVED)


@dataclass(frozen=True, slots=True)
class Charge:
    """A delivery line to charge for; without quantity, price and discount as delivered."""

    delivery_id: UUID
    delivery_line_id: UUID
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    discount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class DraftInvoice:
    """Prepare an invoice of delivery lines, or of all that ``delivery_ids`` leave uncharged."""

    charges: tuple[Charge, ...] = ()
    delivery_ids: tuple[UUID, ...] = ()
    payment_days: int | None = None


@dataclass(frozen=True, slots=True)
class DraftInvoiceOfOrder:
    """Prepare the invoice of an order that is billed before it is delivered."""

    order_id: UUID
    payment_days: int | None = None


async def draft_invoice(uow: UnitOfWork, command: DraftInvoice) -> Invoice:
    """Prepare an invoice of what was delivered and not charged yet (S147, S153)."""
    ids = {each.delivery_id for each in command.charges} | set(command.delivery_ids)
    found = {delivery.id: delivery for delivery in await _lock(uow, ids)}
    taken = await invoices.charged(uow.conn, list(found))
    charges = command.charges or tuple(_left(found.values(), taken))
    if not charges:
        raise NothingToInvoice("Everything delivered is on an invoice already.")
    lines = [_line(place, each, found, taken) for place, each in enumerate(charges)]
    heading = await _heading(uow, next(iter(found.values())), lines, command.payment_days)
    return await _add(uow, heading, lines)


async def draft_invoice_of_order(uow: UnitOfWork, command: DraftInvoiceOfOrder) -> Invoice:
    """Prepare the invoice of an order of the invoice_first type (S146, S147)."""
    order = await orders.get_for_update(uow, command.order_id)
    if order.chain != Chain.INVOICE_FIRST:
        raise NotInvoiceable(f"{order.number} is invoiced from its deliveries.")
    if order.status not in OPEN:
        raise NotInvoiceable(f"{order.number} is {order.status}.")
    taken = await invoices.charged_orders(uow.conn, [order.id])
    lines = list(_lines_of_order(order, taken))
    if not lines:
        raise NothingToInvoice("Everything ordered is on an invoice already.")
    heading = Heading(
        customer_id=order.customer_id,
        contract_id=order.contract_id,
        currency=order.currency,
        payment_days=_days([order], command.payment_days),
        place=Place(order.owner_id, order.department, order.branch, order.region),
    )
    return await _add(uow, heading, lines)


async def _add(uow: UnitOfWork, heading: Heading, lines: Sequence[InvoiceLine]) -> Invoice:
    invoice, change = Invoice.draft(
        heading, lines, by=uow.actor.id, at=uow.now, on_behalf_of=uow.actor.principal_id
    )
    await invoices.add(uow, invoice, change)
    return invoice


async def _lock(uow: UnitOfWork, ids: Iterable[UUID]) -> list[Delivery]:
    wanted = set(ids)
    known = await deliveries.lock(uow, wanted)
    for missing in wanted - known.keys():
        raise NotFound.of("delivery", missing)
    found = list(known.values())
    for delivery in found:
        if delivery.status not in _SHIPPED:
            raise NotInvoiceable(f"Delivery {delivery.number} is {delivery.status}.")
        if delivery.chain == Chain.INVOICE_FIRST:
            raise NotInvoiceable(f"Delivery {delivery.number} was invoiced first.")
    if len({(delivery.customer_id, delivery.currency) for delivery in found}) > 1:
        numbers = ", ".join(delivery.number for delivery in found)
        raise MixedInvoice(f"{numbers} differ in customer or currency.")
    return found


def _left(found: Iterable[Delivery], taken: dict[UUID, Taken]) -> Iterable[Charge]:
    for delivery in found:
        for line in delivery.lines:
            if line.quantity > taken.get(line.id, Taken()).quantity:
                yield Charge(delivery.id, line.id)


def _line(
    place: int, charge: Charge, found: dict[UUID, Delivery], taken: dict[UUID, Taken]
) -> InvoiceLine:
    """Return a line of the invoice, and note in ``taken`` that it is charged."""
    delivery = found[charge.delivery_id]
    line = next((each for each in delivery.lines if each.id == charge.delivery_line_id), None)
    if line is None:
        message = f"Delivery {delivery.number} has no such line."
        raise Invalid.field(f"/lines/{place}/delivery_line_id", message, "unknown_line")
    before = taken.get(line.id, Taken())
    facts = _facts(line, before, charge, delivery.currency)
    taken[line.id] = Taken(before.quantity + facts["quantity"], before.amount + facts["amount"])
    return InvoiceLine(
        **facts,
        order_id=line.order_id,
        order_line_id=line.order_line_id,
        delivery_id=delivery.id,
        delivery_line_id=line.id,
    )


def _facts(line: DeliveryLine, before: Taken, charge: Charge, currency: str) -> dict[str, Any]:
    left = line.quantity - before.quantity
    quantity = (charge.quantity or left).quantize(QUANTITY_STEP)
    price = line.unit_price if charge.unit_price is None else charge.unit_price.quantize(CENT)
    given = charge.discount
    discount = line.discount if given is None else given.quantize(SHARE_STEP)
    if quantity <= 0:
        raise NothingToInvoice(f"All {line.product_code} of this line is on an invoice already.")
    as_delivered = (price, discount) == (line.unit_price, line.discount)
    amount = (
        part_amount(line, before, quantity, currency)
        if as_delivered
        else line_amount(quantity, price, discount, currency=currency)
    )
    return _charged(line, quantity, amount) | {"unit_price": price, "discount": discount}


def _lines_of_order(order: Order, taken: dict[UUID, Taken]) -> Iterable[InvoiceLine]:
    for line in order.lines:
        before = taken.get(line.id, Taken())
        left = line.quantity - before.quantity
        if left > 0:
            facts = _charged(line, left, part_amount(line, before, left, order.currency))
            yield InvoiceLine(**facts, order_id=order.id, order_line_id=line.id)


def _charged(line: ProductLine, quantity: Decimal, amount: Decimal) -> dict[str, Any]:
    return {
        "id": new_id(),
        "product_id": line.product_id,
        "product_code": line.product_code,
        "product_name": line.product_name,
        "unit": line.unit,
        "quantity": quantity,
        "unit_price": line.unit_price,
        "discount": line.discount,
        "amount": amount,
    }


async def _heading(
    uow: UnitOfWork, delivery: Delivery, lines: Sequence[InvoiceLine], days: int | None
) -> Heading:
    """Return whose invoice it is."""
    terms = await invoices.terms_of(uow.conn, {line.order_id for line in lines if line.order_id})
    contracts = {each.contract_id for each in terms}
    if len(contracts) > 1:
        raise MixedInvoice("The orders are under several contracts; draft an invoice for each.")
    return Heading(
        customer_id=delivery.customer_id,
        contract_id=next(iter(contracts), None),
        currency=delivery.currency,
        payment_days=_days(terms, days),
        place=Place(delivery.owner_id, delivery.department, delivery.branch, delivery.region),
    )


def _days(terms: Sequence[Any], asked: int | None) -> int:
    """Return the days to pay: as asked, or the shortest of the orders.

    Raises:
        TermExceeded: contract or quote of an order agree on less.
    """
    if asked is None:
        return min((each.payment_days for each in terms), default=_PAYMENT_DAYS)
    agreed = [each.agreed_days for each in terms if each.agreed_days is not None]
    if agreed and asked > min(agreed):
        raise TermExceeded(f"Payment within {min(agreed)} days is agreed.")
    return asked
