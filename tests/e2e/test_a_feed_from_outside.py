"""Other systems tell of a product, of its stock, and of a payment (S119, S159, S224)."""

from __future__ import annotations

from shared.auth.roles import Role
from shared.bus.port import Message, Record
from shared.events.inbound import PaymentReceived, ProductFactsChanged, StockLevelChanged
from tests.support.calling import Json
from tests.support.company import Company, eventually
from tests.support.opportunity import money, today
from tests.support.outside import BANK, CATALOGUE, WAREHOUSE, record
from tests.support.system import System

PRODUCT = {"code": "ZN63-12", "name": "真空断路器", "unit": "台", "line": "开关"}
LEVEL = {
    "product_code": "ZN63-12",
    "site": "上海一号仓",
    "on_hand": "40",
    "as_of": "2026-11-21T08:00:00+08:00",
}


async def publish(system: System, *records: Record) -> None:
    """As the other systems do: straight to the bus."""
    async with system.opened() as here:
        await here.bus.publish(
            [Message(each.topic, each.key, each.value, each.headers) for each in records]
        )


async def test_what_other_systems_tell_is_there_for_the_sales(
    system: System, company: Company
) -> None:
    """A product of the catalogue, its stock by name, a payment once; a stranger is not heard."""
    seller = (await company.one(Role.ACCOUNT_MANAGER)).caller
    customer = await seller.post("/v1/customers", {"name": "宁波外部付款公司"})
    paid = {
        "reference": "ICBC 0001",
        "customer_number": customer["number"],
        "amount": money("9800.00"),
        "received_on": str(today()),
    }
    payment = record(PaymentReceived, paid, source=BANK, subject="ICBC 0001")
    strange = record(StockLevelChanged, LEVEL | {"on_hand": "0"}, source="/nobody", subject="x")
    await system.drained()  # the customer is known to the order service
    await publish(
        system,
        record(StockLevelChanged, LEVEL, source=WAREHOUSE, subject="ZN63-12@1"),
        record(ProductFactsChanged, PRODUCT, source=CATALOGUE, subject="ZN63-12"),
        strange,
        payment,
        payment,
    )

    async def stock() -> list[Json]:
        return await seller.list("/v1/stock", product_code="ZN63-12")

    (level,) = await eventually(stock, lambda found: found and found[0]["product_name"])
    assert (level["product_name"], level["unit"]) == ("真空断路器", "台")
    assert (level["on_hand"], level["source"]) == ("40.0000", WAREHOUSE)
    await system.drained()
    (receipt,) = await seller.list("/v1/receipts", customer_id=customer["id"])
    assert receipt["amount"] == money("9800.00")
    assert (await system.told(customer["id"]))["order"] == ["receipt.recorded"]

    administrator = await company.administrator()
    waiting = await administrator.list("/internal/order/parked", consumer="order.inbound")
    assert [(each["reason"], each["error"]) for each in waiting] == [("source", "/nobody")]
    path = f"/internal/order/parked/order.inbound/{waiting[0]['event_id']}/drop"
    dropped = await administrator.http.post(path, json={"why": "not one of ours"})
    assert dropped.status_code == 200, dropped.text
