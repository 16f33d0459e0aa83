"""A customer who pays before: the order waits for the money, holds it, and the invoice takes it."""

from __future__ import annotations

import asyncio

from shared.auth.roles import Role
from tests.e2e.acting import act
from tests.support.company import Company
from tests.support.system import System
from tests.support.trade import cny, formal_customer, new_product, put_in_force


async def test_an_order_waits_for_money_and_the_invoice_is_paid_from_it(
    system: System, company: Company
) -> None:
    """S123, S164–S166: short, credited, held, consumed; the balance ends at what was too much."""
    seller = (await company.one(Role.ACCOUNT_MANAGER)).caller
    manager = (await company.one(Role.SALES_MANAGER)).caller
    clerk = (await company.one(Role.FINANCE)).caller
    controller = (await company.hire(Role.FINANCE)).caller
    storekeeper = (await company.one(Role.WAREHOUSE)).caller
    checker = (await company.hire(Role.WAREHOUSE)).caller
    customer = await formal_customer(company, "先款后货商行", settlement="prepaid")
    product = await new_product(company, "500.00")
    await put_in_force(company, {product["id"]: "500.00"})
    await system.drained()

    lines = [{"product_id": product["id"], "quantity": "2", "unit_price": cny("500.00")}]
    body = {"customer_id": customer["id"], "lines": lines}
    order = await seller.post("/v1/orders", body)
    order = await act(manager, "orders", order, "approve")
    assert order["status"] == "awaiting_funds"

    credit = {"customer_id": customer["id"], "amount": cny("1200.00")}
    await clerk.post("/v1/prepayments", credit)
    order = await act(manager, "orders", order, "approve")
    assert (order["status"], order["settlement"]) == ("approved", "prepaid")

    delivery = await storekeeper.post("/v1/deliveries", {"order_ids": [order["id"]]})
    delivery = await act(checker, "deliveries", delivery, "check")
    delivery = await act(storekeeper, "deliveries", delivery, "ship", {})
    invoice = await clerk.post("/v1/invoices", {"delivery_ids": [delivery["id"]]})
    invoice = await act(controller, "invoices", invoice, "check")
    await act(clerk, "invoices", invoice, "issue")

    invoice = await clerk.get(f"/v1/invoices/{invoice['id']}")
    assert (invoice["status"], invoice["open"]) == ("settled", cny("0.00"))
    (account,) = await clerk.list("/v1/prepayments", customer_id=customer["id"])
    assert (account["balance"], account["held"]) == (cny("200.00"), cny("0.00"))
    await system.drained()
    told = (await system.told(customer["id"]))["order"]
    assert [each for each in told if each.startswith("prepayment.")] == [
        "prepayment.credited",
        "prepayment.held",
        "prepayment.consumed",
    ]


async def test_one_balance_covers_only_one_of_two_orders(system: System, company: Company) -> None:
    """S166: two reviews at the same moment; the money is held once."""
    seller = (await company.one(Role.ACCOUNT_MANAGER)).caller
    manager = (await company.one(Role.SALES_MANAGER)).caller
    clerk = (await company.one(Role.FINANCE)).caller
    customer = await formal_customer(company, "只够一单商行", settlement="prepaid")
    product = await new_product(company, "500.00")
    await put_in_force(company, {product["id"]: "500.00"})
    await system.drained()
    await clerk.post("/v1/prepayments", {"customer_id": customer["id"], "amount": cny("700.00")})
    lines = [{"product_id": product["id"], "quantity": "1", "unit_price": cny("500.00")}]
    body = {"customer_id": customer["id"], "lines": lines}
    orders = [await seller.post("/v1/orders", body) for _ in range(2)]

    reviewed = await asyncio.gather(*(act(manager, "orders", each, "approve") for each in orders))

    assert sorted(each["status"] for each in reviewed) == ["approved", "awaiting_funds"]
    (account,) = await clerk.list("/v1/prepayments", customer_id=customer["id"])
    assert account["held"] == cny("500.00")
