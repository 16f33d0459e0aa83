"""The promises of deliveries, invoices and receipts notice when they are broken."""

from __future__ import annotations

import asyncpg
import pytest

from services.order.deliveries.invariants import DELIVERIES
from services.order.invoices.invariants import INVOICES
from services.order.receipts.invariants import RECEIPTS
from shared.domain.ids import new_id
from tests.support.fulfilment import (
    ACCOUNTANT,
    allocated,
    checked_delivery,
    delivered,
    drafted_delivery,
    drafted_invoice,
    invoiced,
    received,
    share,
    taken_back,
)
from tests.support.opportunity import money
from tests.support.order import approved_order, customer, line, prepaid, product
from tests.support.services import ServiceUnderTest

#: What is done to the data behind the service's back, and which promise tells.
DAMAGE = {
    "transitions.34 delivery": "UPDATE outbox SET payload = replace(payload::text,"
    ' \'"status":"checked"\', \'"status":"received"\')::json'
    " WHERE type = 'crm.order.delivery.checked.v1'",
    "deliveries.23": "UPDATE delivery SET total = total + 0.01",
    "deliveries.28": "UPDATE order_line SET delivered = delivered + 1",
    "deliveries.28 planned": "UPDATE delivery_line SET quantity = quantity + 1",
    "deliveries.31": "UPDATE delivery_line SET unit_price = unit_price + 1",
    "deliveries.32 authority": "UPDATE delivery_line SET unit_price = unit_price / 2"
    " WHERE order_id IS NULL",
    "deliveries.32 list": "UPDATE delivery_line SET list_price = 99 WHERE order_id IS NULL",
    "deliveries.152": "UPDATE delivery SET checked_by = prepared_by",
    "transitions.34 invoice": "UPDATE outbox SET payload = replace(payload::text,"
    ' \'"status":"draft"\', \'"status":"issued"\')::json'
    " WHERE type = 'crm.order.invoice.drafted.v1'",
    "invoices.17": "DELETE FROM posting WHERE account = 'accounts_receivable'",
    "invoices.18": "UPDATE account SET receivable = receivable + 1",
    "accounts.35": "UPDATE account SET committed = committed + 1",
    "invoices.19": "UPDATE invoice SET open = open - 0.01 WHERE status = 'partly_settled'",
    "invoices.23": "UPDATE invoice_line SET amount = amount + 0.01",
    "invoices.26 number": "UPDATE invoice SET number = NULL WHERE number IS NOT NULL",
    "invoices.29": "UPDATE order_line SET invoiced = invoiced + 1",
    "invoices.29 delivered": "UPDATE invoice_line SET quantity = quantity + 1",
    "invoices.153": "UPDATE invoice_line SET discount = 0.5",
    "invoices.152": "UPDATE invoice SET checked_by = NULL",
    "invoices.160": "UPDATE invoice SET due_on = due_on + 1",
    "transitions.34 receipt": "UPDATE outbox SET payload = replace(payload::text,"
    ' \'"status":"recorded"\', \'"status":"reversed"\')::json'
    " WHERE type = 'crm.order.receipt.recorded.v1'",
    "transitions.34 allocation": "UPDATE outbox SET payload = replace(payload::text,"
    ' \'"status":"made"\', \'"status":"reversed"\')::json'
    " WHERE type = 'crm.order.allocation.made.v1'",
    "receipts.17": "UPDATE receipt SET status = 'reversed', unallocated = 0",
    "allocations.17": "UPDATE allocation SET status = 'made' WHERE status = 'reversed'",
    "receipts.20": "UPDATE receipt SET unallocated = unallocated - 0.01 WHERE unallocated > 0",
    "allocations.20": "UPDATE allocation SET currency = 'USD'",
    "receipts.18": "DELETE FROM posting WHERE account = 'unallocated_receipts'",
    "receipts.164": "UPDATE receipt SET credited = credited + 1",
    "allocations.165": "UPDATE allocation SET amount = amount + 1 WHERE prepayment_id IS NOT NULL",
}


@pytest.fixture(scope="module")
async def busy(order: ServiceUnderTest) -> ServiceUnderTest:
    """A service with every kind of document, and nothing wrong."""
    customer_id = await customer(order)
    ordered = await approved_order(order, customer_id)
    invoice = await invoiced(order, await delivered(order, ordered, "4"))
    await drafted_invoice(order, await delivered(order, ordered, "3"))
    await drafted_delivery(order, ordered)
    receipt = await received(order, customer_id, "1000.00")
    paid = await allocated(order, receipt, share(invoice, "100.00"), share(invoice, "50.00"))
    await taken_back(order, paid["allocations"][0])
    path = f"receipts/{(await received(order, customer_id, '9.00'))['id']}/credit-prepayment"
    async with order.client(ACCOUNTANT) as client:
        headers = {"If-Match": "*", "Idempotency-Key": str(new_id())}
        await client.post(f"/v1/{path}", json={"amount": money("5.00")}, headers=headers)
    in_advance = await customer(order, "prepaid")
    await prepaid(order, in_advance, "1500.00")
    await invoiced(order, await delivered(order, await approved_order(order, in_advance), "7"))
    direct = {"customer_id": str(customer_id), "lines": [line(await product(order))]}
    await checked_delivery(order, await drafted_delivery(order, direct=direct))
    await order.check()
    return order


def test_every_promise_of_these_slices_is_put_to_the_test() -> None:
    """None is left out below."""
    assert set(DAMAGE) == {each.id for each in (*DELIVERIES, *INVOICES, *RECEIPTS)}


@pytest.mark.parametrize("promise", DAMAGE)
async def test_a_broken_promise_is_noticed(busy: ServiceUnderTest, promise: str) -> None:
    """The owner of the tables damages the data; the query of the promise returns rows."""
    (invariant,) = [each for each in (*DELIVERIES, *INVOICES, *RECEIPTS) if each.id == promise]
    connection = await asyncpg.connect(busy.owner_dsn)
    transaction = connection.transaction()
    await transaction.start()
    try:
        assert await connection.fetch(invariant.query) == []
        await connection.execute(DAMAGE[promise])
        assert await connection.fetch(invariant.query)
    finally:
        await transaction.rollback()
        await connection.close()
