"""What reports must say, reckoned in plain Python from the newest state of every document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.events.customer import CustomerState
from shared.events.opportunity import ProductChanged
from shared.events.order import (
    AllocationState,
    ContractState,
    DeliveryState,
    InvoiceState,
    OrderState,
    ReceiptState,
)
from tests.support.generated import World


@dataclass(frozen=True)
class Fact:
    """One thing that counts for a measure."""

    day: date
    document: Any
    amount: Decimal
    currency: str
    quantity: Decimal | None = None
    product_id: UUID | None = None


def facts(world: World, measure: str, on: date | None = None) -> Iterator[Fact]:
    """What counts for a measure, by the rules as users put them."""
    match measure:
        case "orders":
            kind, approved = OrderState, {"approved", "partly_delivered", "delivered", "closed"}
            yield from _lines(world, kind, lambda d: d.ordered_on if d.status in approved else None)
        case "contracts":
            yield from _lines(world, ContractState, lambda d: d.signed_on)
        case "deliveries":
            yield from _lines(world, DeliveryState, lambda d: d.shipped_on)
        case "sales":
            yield from _lines(world, InvoiceState, _issued)
        case "receipts":
            for each in world.newest(ReceiptState):
                if each.status != "reversed":
                    money = each.amount
                    yield Fact(each.received_on, each, money.amount, money.currency)
        case "receivables":
            for invoice in world.newest(InvoiceState):
                left = open_of(world, invoice, on)
                if left and (issued := _issued(invoice)):
                    yield Fact(issued, invoice, left, invoice.total.currency)


def open_of(world: World, invoice: InvoiceState, on: date | None = None) -> Decimal:
    """What is open on an invoice: now as the document says, or as of a day by its allocations."""
    issued = _issued(invoice)
    if issued is None or (on is not None and issued > on):
        return Decimal(0)
    if on is None:
        return invoice.open.amount
    paid = [
        each.amount.amount
        for each in world.newest(AllocationState)
        if each.invoice_id == invoice.invoice_id
        and each.allocated_on <= on
        and (each.status == "made" or _reversed_on(world, each) > on)
    ]
    return invoice.total.amount - sum(paid, Decimal(0))


def key_of(world: World, fact: Fact, dimension: str) -> str | None:
    """The value of a dimension, as an answer writes it."""
    document = fact.document
    customer = world.documents.get(document.customer_id)
    product = world.documents.get(fact.product_id) if fact.product_id else None
    match dimension:
        case "customer" | "owner":
            return str(getattr(document, f"{dimension}_id"))
        case "department" | "branch" | "region":
            return getattr(document, dimension)
        case "industry" | "level" | "source":
            assert isinstance(customer, CustomerState)
            return getattr(customer, dimension)
        case "product":
            return str(fact.product_id)
        case "product_line":
            assert isinstance(product, ProductChanged)
            return product.line
        case "year":
            return str(fact.day.year)
        case "quarter":
            return f"{fact.day.year}-Q{(fact.day.month - 1) // 3 + 1}"
        case "month":
            return fact.day.isoformat()[:7]
        case _:
            return fact.day.isoformat()


Cell = tuple[Decimal, Decimal | None, int]


def cube(
    world: World,
    measure: str,
    by: list[str],
    *,
    on: date | None = None,
    keep: Callable[[Fact], bool] = lambda fact: True,
) -> dict[tuple[str | None, ...], Cell]:
    """The cells of a cube: key with the currency last, to amount, quantity and number of facts."""
    groups: dict[tuple[str | None, ...], list[Fact]] = defaultdict(list)
    for fact in facts(world, measure, on):
        if keep(fact):
            key = tuple(key_of(world, fact, each) for each in by)
            groups[*key, fact.currency].append(fact)
    return {key: _cell(found) for key, found in groups.items()}


def _cell(found: list[Fact]) -> Cell:
    quantities = [each.quantity for each in found if each.quantity is not None]
    quantity = sum(quantities, Decimal(0)) if quantities else None
    return sum((each.amount for each in found), Decimal(0)), quantity, len(found)


def _lines(world: World, kind: type[Any], day_of: Callable[[Any], date | None]) -> Iterator[Fact]:
    for document in world.newest(kind):
        day = day_of(document)
        if day is None:
            continue
        for line in document.lines:
            money = line.amount
            yield Fact(day, document, money.amount, money.currency, line.quantity, line.product_id)


def _issued(invoice: InvoiceState) -> date | None:
    return invoice.issued_on if invoice.status in {"issued", "partly_settled", "settled"} else None


def _reversed_on(world: World, allocation: AllocationState) -> date:
    """The day in Shanghai on which an allocation was taken back."""
    (event,) = [
        each
        for each in world.events
        if each.aggregate_id == allocation.allocation_id and each.type.endswith("reversed.v1")
    ]
    day: date = world.business_day(event.time)
    return day
