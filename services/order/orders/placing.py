"""Placing and changing orders: direct, called off a contract, or from an accepted quote."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.order.contracts.model import Contract
from services.order.contracts.service import contracts
from services.order.customers.repository import known_customer
from services.order.orders.errors import ContractExceeded, ContractNeeded
from services.order.orders.line import OrderLine
from services.order.orders.model import Order
from services.order.orders.origin import Origin
from services.order.orders.repository import Orders
from services.order.place import Place
from services.order.prices.service import judge
from services.order.products.line import Asked, priced
from services.order.products.model import Product
from services.order.products.repository import known_products
from shared.db.unit_of_work import UnitOfWork
from shared.domain.business_types import must_be_permitted
from shared.domain.clock import business_date
from shared.domain.errors import Invalid
from shared.events.vocabulary import Chain

orders = Orders()


@dataclass(frozen=True, slots=True)
class CallOff:
    """A quantity of a contract's line; product, price and discount are the contract's."""

    contract_line_id: UUID
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder:
    """Place a direct order; ``currency`` is that of its prices. ``permitted`` are the business
    types of the company."""

    chain: Chain
    permitted: Collection[Chain]
    customer_id: UUID
    currency: str
    lines: tuple[Asked, ...]
    payment_days: int | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOffOrder:
    """Place an order under a signed contract; ``permitted`` as above."""

    chain: Chain
    permitted: Collection[Chain]
    customer_id: UUID
    contract_id: UUID
    lines: tuple[CallOff, ...]
    payment_days: int | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFromQuote:
    """Place the order of an accepted quote."""

    origin: Origin
    customer_id: UUID
    currency: str
    lines: tuple[OrderLine, ...]
    payment_days: int
    authors: tuple[UUID, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class ChangeOrder:
    """Change an order before its approval. ``lines``, or under a contract ``calls``, replace all
    lines; ``currency`` is that of the new prices."""

    order_id: UUID
    expected: int | None
    changes: dict[str, Any]
    lines: tuple[Asked, ...] = ()
    calls: tuple[CallOff, ...] = ()
    currency: str | None = None


PAYMENT_DAYS = 30


async def place_order(uow: UnitOfWork, command: PlaceOrder) -> Order:
    """Enter a direct order of a formal customer (S120, S134); not in contract_first (S121)."""
    must_be_permitted(command.chain, command.permitted)
    if command.chain == Chain.CONTRACT_FIRST:
        raise ContractNeeded("Orders of the contract_first type are placed under a contract.")
    customer = await known_customer(uow.conn, command.customer_id, hold=True)
    customer.must_trade()
    days = command.payment_days
    return await _place(
        uow,
        Origin(chain=command.chain),
        await _direct_lines(uow, command.lines, command.currency),
        customer_id=command.customer_id,
        currency=command.currency,
        payment_days=PAYMENT_DAYS if days is None else days,
        note=command.note,
        region=customer.region,
    )


async def call_off(uow: UnitOfWork, command: CallOffOrder) -> Order:
    """Enter an order under a signed contract, within what it leaves open (S120, S121). Who wrote on
    the contract is an author of the order as well, and does not review it (S123)."""
    must_be_permitted(command.chain, command.permitted)
    customer = await known_customer(uow.conn, command.customer_id, hold=True)
    customer.must_trade()
    contract = await contracts.get_for_update(uow, command.contract_id)
    contract.validity.must_allow(command.customer_id, business_date(uow.now))
    days = command.payment_days
    return await _place(
        uow,
        Origin(
            chain=command.chain,
            contract_id=contract.id,
            opportunity_id=contract.opportunity_id,
            agreed_days=contract.payment_days,
        ),
        await _contract_lines(uow, contract, command.lines),
        customer_id=command.customer_id,
        currency=contract.currency,
        payment_days=contract.payment_days if days is None else days,
        note=command.note,
        region=customer.region,
        agreed_by=contract.authors,
    )


async def place_from_quote(uow: UnitOfWork, command: PlaceFromQuote) -> None:
    """Enter the order of an accepted quote; once, however often it is told (S101, S103)."""
    quote_id = command.origin.quote_id
    if quote_id is None or await orders.id_of_quote(uow, quote_id) is not None:
        return
    order, change = Order.place(
        command.origin,
        command.lines,
        number=await orders.next_number(uow, command.place.branch),
        customer_id=command.customer_id,
        currency=command.currency,
        ordered_on=business_date(uow.now),
        payment_days=command.payment_days,
        authors=command.authors,
        place=command.place,
        at=uow.now,
    )
    await orders.add(uow, order, change)


async def change_order(uow: UnitOfWork, command: ChangeOrder) -> Order:
    """Change an order before its approval; a rejected one is placed again (S123)."""
    order = await orders.get_for_update(uow, command.order_id, command.expected)
    if command.currency not in (None, order.currency):
        message = f"This order is in {order.currency}."
        raise Invalid.field("/lines/0/unit_price/currency", message, "currency_mismatch")
    if order.contract_id is None:
        lines = await _changed_direct(uow, command, order.currency)
    else:
        lines = await _changed_calls(uow, order, order.contract_id, command)
    change = order.change(
        lines, by=uow.actor.id, on_behalf_of=uow.actor.principal_id, **command.changes
    )
    if lines is not None and order.has_own_prices:
        await judge(uow, order)
    await orders.save(uow, order, change)
    return order


async def _place(
    uow: UnitOfWork,
    origin: Origin,
    lines: tuple[OrderLine, ...],
    *,
    customer_id: UUID,
    currency: str,
    payment_days: int,
    note: str | None,
    region: str | None,
    agreed_by: Sequence[UUID] = (),
) -> Order:
    actor = uow.actor
    order, change = Order.place(
        origin,
        lines,
        number=await orders.next_number(uow, actor.branch),
        customer_id=customer_id,
        currency=currency,
        ordered_on=business_date(uow.now),
        payment_days=payment_days,
        authors=tuple(dict.fromkeys((*actor.hands, *agreed_by))),
        place=Place(actor.stands_for, actor.department, actor.branch, region),
        at=uow.now,
        note=note,
    )
    if order.has_own_prices:
        await judge(uow, order)
    await orders.add(uow, order, change)
    return order


async def _changed_direct(
    uow: UnitOfWork, command: ChangeOrder, currency: str
) -> tuple[OrderLine, ...] | None:
    if command.calls:
        message = "This order is under no contract."
        raise Invalid.field("/lines/0/contract_line_id", message, "no_contract")
    return await _direct_lines(uow, command.lines, currency) if command.lines else None


async def _changed_calls(
    uow: UnitOfWork, order: Order, contract_id: UUID, command: ChangeOrder
) -> tuple[OrderLine, ...] | None:
    """Return the new lines. Even those that stay are measured anew: a rejected order took
    nothing of the contract."""
    if command.lines:
        message = "Product and price of this order are those of its contract."
        raise Invalid.field("/lines/0/product_id", message, "under_contract")
    with uow.conn.seeing_everything():  # an order is measured by its contract, whosoever that is
        contract = await contracts.get_for_update(uow, contract_id)
    contract.validity.must_allow(order.customer_id, order.ordered_on)
    calls = command.calls or tuple(
        CallOff(line.contract_line_id, line.quantity)
        for line in order.lines
        if line.contract_line_id
    )
    lines = await _contract_lines(uow, contract, calls, besides=order.id)
    return lines if command.calls else None


async def _direct_lines(
    uow: UnitOfWork, asked: Sequence[Asked], currency: str
) -> tuple[OrderLine, ...]:
    products = await known_products(uow.conn, [each.product_id for each in asked])
    return tuple(
        OrderLine(
            **priced(product, each.quantity, each.unit_price, each.discount, currency=currency)
        )
        for product, each in zip(products, asked, strict=True)
    )


async def _contract_lines(
    uow: UnitOfWork, contract: Contract, calls: Sequence[CallOff], besides: UUID | None = None
) -> tuple[OrderLine, ...]:
    """Return the lines called off, refusing more than the contract leaves open (S121)."""
    taken = await orders.taken(uow, contract.id, besides)
    left = {line.id: line.quantity - taken.get(line.id, Decimal(0)) for line in contract.lines}
    known = {line.id: line for line in contract.lines}
    lines = []
    for place, call in enumerate(calls):
        if call.contract_line_id not in known:
            pointer = f"/lines/{place}/contract_line_id"
            raise Invalid.field(pointer, f"{contract.number} has no such line.", "unknown_line")
        source = known[call.contract_line_id]
        left[source.id] -= call.quantity
        if left[source.id] < 0:
            raise ContractExceeded(
                f"{contract.number} leaves {left[source.id] + call.quantity} {source.unit} of"
                f" {source.product_code}, {call.quantity} are ordered.",
                contract_line_id=source.id,
            )
        product = Product(source.product_id, source.product_code, source.product_name, source.unit)
        prices = (source.unit_price, source.discount)
        fields = priced(product, call.quantity, *prices, currency=contract.currency)
        lines.append(OrderLine(**fields, contract_line_id=source.id))
    return tuple(lines)
