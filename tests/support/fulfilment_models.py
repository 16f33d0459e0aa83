"""Deliveries, invoices and receipts made by hand for unit tests."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from services.order.deliveries import model as deliveries
from services.order.invoices import model as invoices
from services.order.place import Place
from services.order.receipts import model as receipts
from shared.domain.clock import now
from shared.domain.ids import new_id

CLERK, CHECKER, CUSTOMER = (new_id() for _ in range(3))
PLACE = Place(new_id(), "销售一部", "上海", "华东")
TODAY = date(2026, 11, 21)


def delivery_line(**changes: Any) -> deliveries.DeliveryLine:
    """Two pieces at 10.00."""
    given: dict[str, Any] = {
        "id": new_id(),
        "order_id": new_id(),
        "order_line_id": new_id(),
        "product_id": new_id(),
        "product_code": "P-1",
        "product_name": "水泵",
        "unit": "台",
        "quantity": Decimal(2),
        "unit_price": Decimal("10.00"),
        "discount": Decimal(0),
        "amount": Decimal("20.00"),
    }
    return deliveries.DeliveryLine(**given | changes)


def delivery(*lines: deliveries.DeliveryLine) -> deliveries.Delivery:
    """A draft prepared by the clerk."""
    heading = deliveries.Heading(
        number="FH26000001",
        chain="ordinary",
        customer_id=CUSTOMER,
        currency="CNY",
        place=PLACE,
    )
    made, _ = deliveries.Delivery.draft(heading, lines or (delivery_line(),), by=CLERK, at=now())
    return made


def invoice_line(**changes: Any) -> invoices.InvoiceLine:
    """Two pieces at 10.00, delivered."""
    given = {name: getattr(delivery_line(), name) for name in _SHARED}
    given |= {"delivery_id": new_id(), "delivery_line_id": new_id()}
    return invoices.InvoiceLine(**given | changes)


def invoice(*lines: invoices.InvoiceLine, payment_days: int = 30) -> invoices.Invoice:
    """A draft prepared by the clerk."""
    heading = invoices.Heading(
        customer_id=CUSTOMER,
        contract_id=None,
        currency="CNY",
        payment_days=payment_days,
        place=PLACE,
    )
    made, _ = invoices.Invoice.draft(heading, lines or (invoice_line(),), by=CLERK, at=now())
    return made


def issued(total: str) -> invoices.Invoice:
    """An invoice of ``total``, issued today."""
    made = invoice(invoice_line(amount=Decimal(total)))
    made.check(CHECKER)
    made.issue("FP26000001", TODAY)
    return made


def receipt(amount: str) -> receipts.Receipt:
    """A receipt of ``amount`` by bank transfer."""
    payment = receipts.IncomingPayment(
        customer_id=CUSTOMER,
        amount=Decimal(amount),
        currency="CNY",
        method="bank_transfer",
        received_on=TODAY,
        handler_id=CLERK,
    )
    made, _ = receipts.Receipt.record(payment, PLACE, number="SK26000001", by=CLERK, at=now())
    return made


_SHARED = (
    "id",
    "order_id",
    "order_line_id",
    "product_id",
    "product_code",
    "product_name",
    "unit",
    "quantity",
    "unit_price",
    "discount",
    "amount",
)
