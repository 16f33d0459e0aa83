"""Taking a batch of sales over: every document of every chain, one statement per table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.order.customers.model import Customer
from services.order.deliveries.drafting import SERIES as DELIVERY_SERIES
from services.order.deliveries.drafting import deliveries
from services.order.history.lookups import customers_by_key, products_by_code
from services.order.history.model import Chained, Import, Numbers, Sale, chain
from services.order.invoices.drafting import invoices
from services.order.invoices.service import SERIES as INVOICE_SERIES
from services.order.invoices.service import issued
from services.order.ledger.model import Journal
from services.order.ledger.posting import post
from services.order.products.line import TOO_MUCH
from services.order.products.model import Product
from services.order.receipts.allocating import posted
from services.order.receipts.service import SERIES as RECEIPT_SERIES
from services.order.receipts.service import allocations, receipts, recorded
from shared.db.unit_of_work import UnitOfWork
from shared.domain.clock import business_zone
from shared.numbering.numbers import next_numbers


@dataclass(frozen=True, slots=True)
class Problem:
    """Which column keeps a sale from being taken over, and why."""

    column: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Known:
    """The customers and products that a batch names."""

    customers: Mapping[str, Customer]
    products: Mapping[str, Product]

    def problem(self, sale: Sale) -> Problem | None:
        """Return what keeps a sale from being taken over, if anything does."""
        if sale.customer not in self.customers:
            message = f"No customer has the external id or number {sale.customer}."
            return Problem("customer", "unknown_customer", message)
        if sale.product_code not in self.products:
            message = f"There is no product {sale.product_code}."
            return Problem("product_code", "unknown_product", message)
        if sale.unit_price >= TOO_MUCH:
            message = "The unit price that follows from this is too large."
            return Problem("amount", "amount_too_large", message)
        return None


async def look_up(uow: UnitOfWork, sales: Sequence[Sale]) -> Known:
    """Return what the replicas know of customers and products of a batch."""
    return Known(
        await customers_by_key(uow.conn, (sale.customer for sale in sales)),
        await products_by_code(uow.conn, (sale.product_code for sale in sales)),
    )


async def take_over(uow: UnitOfWork, sales: Sequence[Sale], known: Known, import_id: UUID) -> None:
    """Enter sales that have no problem as shipped, invoiced and paid on their day (S223).

    Identical sales are separate purchases. What customers owe stays as it is: every chain is paid.
    """
    source = Import(import_id, uow.actor.id, uow.now)
    numbers = await _numbers(uow, sales, known)
    chains = [
        chain(
            sale,
            known.customers[sale.customer],
            known.products[sale.product_code],
            next(numbers[sale.sold_on.year]),
            source,
        )
        for sale in sales
    ]
    await deliveries.add_many(uow, [each.delivery for each in chains])
    await invoices.add_many(uow, [each.invoice for each in chains])
    await receipts.add_many(uow, [each.receipt for each in chains if each.receipt])
    await allocations.add_many(uow, [each.allocation for each in chains if each.allocation])
    await post(uow, *(journal for each in chains for journal in _journals(each)))


def _journals(done: Chained) -> Iterator[Journal]:
    if done.receipt and done.allocation:
        yield issued(done.invoice[0])
        yield recorded(done.receipt[0])
        yield posted(done.allocation[0])


async def _numbers(
    uow: UnitOfWork, sales: Sequence[Sale], known: Known
) -> dict[int, Iterator[Numbers]]:
    """Take the numbers of a batch, by year and the customers' branches; in the order of all who
    take several, so that nobody waits in a circle. Years from before there were ranges have them
    from what all branches shared (S226). The receipt numbers of sales over nothing stay unused."""
    branches: dict[int, list[str | None]] = defaultdict(list)
    for sale in sales:
        branches[sale.sold_on.year].append(known.customers[sale.customer].branch)
    taken: dict[int, list[list[str]]] = defaultdict(list)
    for series in (INVOICE_SERIES, DELIVERY_SERIES, RECEIPT_SERIES):
        for year in sorted(branches):
            at = datetime(year, 7, 1, tzinfo=business_zone())
            taken[year].append(await next_numbers(uow.conn, series, branches[year], at))
    return {
        year: map(Numbers, delivery, invoice, receipt)
        for year, (invoice, delivery, receipt) in taken.items()
    }
