"""A sale of the past, and the documents it becomes: delivery, invoice, receipt, allocation.

Each document is built in its final state, with one event and the date of the sale. A sale over
nothing has no receipt: its invoice is settled from the start.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.order.customers.model import Customer
from services.order.deliveries.model import Delivery, DeliveryLine
from services.order.deliveries.model import Heading as DeliveryHeading
from services.order.invoices.model import Heading as InvoiceHeading
from services.order.invoices.model import Invoice, InvoiceLine
from services.order.place import Place
from services.order.products.model import Product
from services.order.receipts.model import Allocation, IncomingPayment, Receipt
from shared.domain.aggregate import Change
from shared.domain.ids import new_id
from shared.domain.money import ZERO, round_money
from shared.events.vocabulary import Chain


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """One line of a sales history. ``customer`` is an external id or number; ``discount`` a share.

    The amount is what was paid; the unit price follows from it.
    """

    customer: str
    sold_on: date
    product_code: str
    quantity: Decimal
    amount: Decimal
    currency: str
    unit: str | None = None
    discount: Decimal = Decimal(0)
    method: str = "other"

    @property
    def unit_price(self) -> Decimal:
        """The price of one unit before the discount, in coins of the currency."""
        share = self.quantity * (1 - self.discount)
        return round_money(self.amount / share, self.currency) if share else ZERO


@dataclass(frozen=True, slots=True)
class Import:
    """Which import takes a sale over, in whose name, and when."""

    id: UUID
    by: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of one chain."""

    delivery: str
    invoice: str
    receipt: str


@dataclass(frozen=True, slots=True)
class Chained:
    """The documents of one sale, each with the change that made it."""

    delivery: tuple[Delivery, Change]
    invoice: tuple[Invoice, Change]
    receipt: tuple[Receipt, Change] | None = None
    allocation: tuple[Allocation, Change] | None = None


def chain(
    sale: Sale, customer: Customer, product: Product, numbers: Numbers, source: Import
) -> Chained:
    """Return the documents of a sale, dated on its day."""
    place = Place(customer.owner_id, customer.department, customer.branch, customer.region)
    sold = _sold(sale, product)
    delivery = Delivery.of_history(
        DeliveryHeading(
            number=numbers.delivery,
            chain=Chain.DIRECT_DELIVERY,
            customer_id=customer.id,
            currency=sale.currency,
            place=place,
        ),
        DeliveryLine(id=new_id(), **sold),
        on=sale.sold_on,
        by=source.by,
        at=source.at,
        import_id=source.id,
    )
    invoice = _invoice(sale, customer, place, numbers, source, delivery[0], sold)
    if not sale.amount:
        return Chained(delivery, invoice)
    receipt = _receipt(sale, customer, place, numbers, source)
    allocation = Allocation.make(
        place,
        customer_id=customer.id,
        invoice_id=invoice[0].id,
        amount=sale.amount,
        currency=sale.currency,
        on=sale.sold_on,
        by=source.by,
        at=source.at,
        receipt_id=receipt[0].id,
    )
    return Chained(delivery, invoice, receipt, allocation)


def _sold(sale: Sale, product: Product) -> dict[str, Any]:
    return {
        "product_id": product.id,
        "product_code": product.code,
        "product_name": product.name,
        "unit": sale.unit or product.unit,
        "quantity": sale.quantity,
        "unit_price": sale.unit_price,
        "discount": sale.discount,
        "amount": sale.amount,
    }


def _invoice(
    sale: Sale,
    customer: Customer,
    place: Place,
    numbers: Numbers,
    source: Import,
    delivery: Delivery,
    sold: dict[str, Any],
) -> tuple[Invoice, Change]:
    line = InvoiceLine(
        id=new_id(), **sold, delivery_id=delivery.id, delivery_line_id=delivery.lines[0].id
    )
    heading = InvoiceHeading(
        customer_id=customer.id,
        contract_id=None,
        currency=sale.currency,
        payment_days=0,
        place=place,
    )
    return Invoice.of_history(
        heading,
        line,
        number=numbers.invoice,
        on=sale.sold_on,
        by=source.by,
        at=source.at,
        import_id=source.id,
    )


def _receipt(
    sale: Sale, customer: Customer, place: Place, numbers: Numbers, source: Import
) -> tuple[Receipt, Change]:
    payment = IncomingPayment(
        customer_id=customer.id,
        amount=sale.amount,
        currency=sale.currency,
        method=sale.method,
        received_on=sale.sold_on,
        handler_id=source.by,
    )
    return Receipt.of_history(
        payment,
        place,
        number=numbers.receipt,
        by=source.by,
        at=source.at,
        import_id=source.id,
    )
