"""Builders for deliveries, invoices and receipts: through the public API, each step by somebody
who may take it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx

from shared.domain.clock import business_date, now
from shared.domain.ids import new_id
from tests.support.opportunity import money
from tests.support.order import Body, done, read
from tests.support.services import ServiceUnderTest

STOREKEEPER, CHECKER, ACCOUNTANT = "warehouse", "sales_manager", "finance"


def part(order: Body, quantity: str, place: int = 0) -> Body:
    """A quantity of an order line, to deliver."""
    return {
        "order_id": order["id"],
        "order_line_id": order["lines"][place]["id"],
        "quantity": quantity,
    }


async def drafted_delivery(service: ServiceUnderTest, *orders: Body, **body: Any) -> Body:
    """A delivery the storekeeper prepared: of all that the orders leave open, or as in ``body``."""
    body = body or {"order_ids": [order["id"] for order in orders]}
    return await done(service, STOREKEEPER, "deliveries", body)


async def checked_delivery(service: ServiceUnderTest, delivery: Body) -> Body:
    """The delivery after a second person confirmed it."""
    return await done(service, CHECKER, f"deliveries/{delivery['id']}/check", seen=delivery)


async def shipped(service: ServiceUnderTest, delivery: Body, **how: Any) -> Body:
    """The delivery after it was checked and shipped."""
    delivery = await checked_delivery(service, delivery)
    path = f"deliveries/{delivery['id']}/ship"
    return await done(service, STOREKEEPER, path, how, seen=delivery)


async def delivered(service: ServiceUnderTest, order: Body, quantity: str | None = None) -> Body:
    """A shipped delivery of one order: of all of it, or of a quantity of its first line."""
    if quantity is None:
        return await shipped(service, await drafted_delivery(service, order))
    draft = await drafted_delivery(service, lines=[part(order, quantity)])
    return await shipped(service, draft)


async def drafted_invoice(service: ServiceUnderTest, *deliveries: Body, **body: Any) -> Body:
    """An invoice an accountant prepared: of all that was delivered, or as in ``body``."""
    body = body or {"delivery_ids": [delivery["id"] for delivery in deliveries]}
    return await done(service, ACCOUNTANT, "invoices", body)


async def checked_invoice(service: ServiceUnderTest, invoice: Body) -> Body:
    """The invoice after a second person confirmed it."""
    return await done(service, CHECKER, f"invoices/{invoice['id']}/check", seen=invoice)


async def issued(service: ServiceUnderTest, invoice: Body) -> Body:
    """The invoice after it was checked and issued."""
    invoice = await checked_invoice(service, invoice)
    path = f"invoices/{invoice['id']}/issue"
    return await done(service, ACCOUNTANT, path, seen=invoice, key=str(new_id()))


async def invoiced(service: ServiceUnderTest, *deliveries: Body) -> Body:
    """An issued invoice of deliveries."""
    return await issued(service, await drafted_invoice(service, *deliveries))


async def received(
    service: ServiceUnderTest, customer_id: UUID | str, amount: str, **fields: Any
) -> Body:
    """A receipt of today by bank transfer."""
    body = {
        "customer_id": str(customer_id),
        "amount": money(amount, fields.pop("currency", "CNY")),
        "method": "bank_transfer",
        "received_on": business_date(now()).isoformat(),
    }
    return await done(service, ACCOUNTANT, "receipts", body | fields, key=str(new_id()))


def share(document: Body, amount: str | None = None, currency: str = "CNY") -> Body:
    """How much an invoice gets or a receipt gives; as much as both allow without ``amount``."""
    name = "receipt_id" if "method" in document else "invoice_id"
    body: Body = {name: document["id"]}
    return body if amount is None else body | {"amount": money(amount, currency)}


async def try_to_allocate(
    service: ServiceUnderTest, document: Body, *shares: Body, any_version: bool = False
) -> httpx.Response:
    """An attempt to allocate a receipt to invoices, or receipts to an invoice."""
    kind = "receipts" if "method" in document else "invoices"
    headers = {"If-Match": "*" if any_version else f'"v{document["version"]}"'}
    headers["Idempotency-Key"] = str(new_id())
    path = f"/v1/{kind}/{document['id']}/allocations"
    async with service.client(ACCOUNTANT) as client:
        while True:
            answer = await client.post(path, json={"allocations": list(shares)}, headers=headers)
            if answer.status_code != 503:  # overloaded: to be sent again with the same key
                return answer


async def allocated(service: ServiceUnderTest, document: Body, *shares: Body) -> Body:
    """The receipt or invoice after allocating, with what was made."""
    answer = await try_to_allocate(service, document, *shares)
    assert answer.status_code == 200, answer.text
    body: Body = answer.json()
    return body


async def taken_back(service: ServiceUnderTest, allocation: Body) -> Body:
    """An allocation after its reversal."""
    path = f"allocations/{allocation['id']}/reverse"
    body = {"reason": "核销错误"}
    return await done(service, ACCOUNTANT, path, body, seen=allocation, key=str(new_id()))


async def order_now(service: ServiceUnderTest, order: Body) -> Body:
    """An order as it is now."""
    return await read(service, f"orders/{order['id']}")


async def invoice_now(service: ServiceUnderTest, invoice: Body) -> Body:
    """An invoice as it is now."""
    return await read(service, f"invoices/{invoice['id']}")


async def receipt_now(service: ServiceUnderTest, receipt: Body) -> Body:
    """A receipt as it is now."""
    return await read(service, f"receipts/{receipt['id']}")
