"""What the writers of the load do all day: each business is a short piece of ordinary work."""

from __future__ import annotations

from collections.abc import Coroutine, Iterator
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

from shared.domain.clock import business_date, now
from tests.faults.late import commit_late
from tests.faults.load import Business, Desk, Load, go_about
from tests.faults.office import Office, Trade
from tests.support.calling import Json
from tests.support.trade import cny

_REGIONS = ("华东", "华南", "华北", "西南")
_REASON = {"reason": "客户改了主意"}
_CUSTOMER, _OPPORTUNITY = "/v1/customers/{id}", "/v1/opportunities/{id}"
_ORDER, _DELIVERY = "/v1/orders/{id}", "/v1/deliveries/{id}"
_QUOTE = "/v1/quotes/{id}"
_INVOICE, _RECEIPT = "/v1/invoices/{id}", "/v1/receipts/{id}"
_READERS = 4
_serial = count(1)


async def look_after_customers(office: Office, desk: Desk) -> None:
    """Enter a customer, change the record a few times, make it formal."""
    body = {"name": f"第{next(_serial)}机械有限公司", "accept_duplicates": True}
    customer = await desk.post("/v1/customers", body, shown_at=_CUSTOMER)
    path = _CUSTOMER.format(**customer)
    for turn in range(desk.random.randint(1, 4)):
        change = {"region": desk.random.choice(_REGIONS), "note": f"第{turn}次拜访"}
        customer = await desk.patch(path, change, customer["version"], shown_at=_CUSTOMER)
    await _act(desk, customer, "confirm", shown_at=_CUSTOMER, by=office.manager)


async def pursue(office: Office, trade: Trade, prospect: Json, desk: Desk) -> None:
    """Visit a customer, open an opportunity, register it as a project, quote for it: what the
    customer accepts becomes a contract by itself."""
    visit = {"customer_id": prospect["id"], "kind": "visit", "result": "advanced"}
    await desk.post("/v1/activities", visit, shown_at="/v1/activities/{id}")
    body = {"customer_id": prospect["id"], "name": f"第{next(_serial)}号变电站"}
    project = await desk.post("/v1/opportunities", body, shown_at=_OPPORTUNITY)
    path = _OPPORTUNITY.format(**project)
    change = {"likelihood": desk.random.choice("ABC"), "expected_amount": cny("36000.00")}
    project = await desk.patch(path, change, project["version"], shown_at=_OPPORTUNITY)
    contact_id = prospect["contact_id"]
    form = {"contact_id": contact_id, "specification": "126 kV", "quantity": "3"}
    project = await _act(desk, project, "register", form, shown_at=_OPPORTUNITY)
    if desk.random.random() < 0.3:
        await _act(desk, project, "lose", _REASON, shown_at=_OPPORTUNITY)
        return
    line = {"product_id": trade.products[0]["id"], "quantity": "3", "discount": "0.03"}
    body = {"opportunity_id": project["id"], "lines": [line]}
    quote = await desk.post("/v1/quotes", body, shown_at=_QUOTE)
    quote = await _act(desk, quote, "submit", shown_at=_QUOTE)
    if quote["status"] == "in_approval":
        quote = await _act(desk, quote, "approve", shown_at=_QUOTE, by=office.manager)
    quote = await _act(desk, quote, "send", shown_at=_QUOTE)
    await _act(desk, quote, "accept", shown_at=_QUOTE)


async def sell(office: Office, trade: Trade, customer: Json, desk: Desk) -> None:
    """Sell on open account: order, delivery, invoice, receipt, allocation; now and then cancel."""
    order = await _order(trade, customer, desk)
    order = await _act(desk, order, "approve", shown_at=_ORDER, by=office.manager)
    if desk.random.random() < 0.2:
        await _act(desk, order, "cancel", _REASON, shown_at=_ORDER)
        return
    body = {"order_ids": [order["id"]]}
    delivery = await desk.post("/v1/deliveries", body, by=trade.warehouse, shown_at=_DELIVERY)
    how: dict[str, Any] = {"shown_at": _DELIVERY, "by": trade.warehouse_checker}
    delivery = await _act(desk, delivery, "check", **how)
    delivery = await _act(desk, delivery, "ship", {"carrier": "顺丰速运"}, **how)
    body = {"delivery_ids": [delivery["id"]]}
    invoice = await desk.post("/v1/invoices", body, by=trade.finance, shown_at=_INVOICE)
    how = {"shown_at": _INVOICE, "by": trade.finance_checker}
    invoice = await _act(desk, invoice, "check", **how)
    invoice = await _act(desk, invoice, "issue", **how)
    await _collect(trade, customer, invoice, desk)


async def sell_prepaid(office: Office, trade: Trade, desk: Desk) -> None:
    """Sell against one balance that all such writers share: credit, hold, release."""
    body = {"customer_id": trade.prepaid["id"], "amount": cny("240.00")}
    how: dict[str, Any] = {"by": trade.finance, "shown_at": "/v1/prepayments/{id}"}
    await desk.post("/v1/prepayments", body, **how)
    order = await _order(trade, trade.prepaid, desk)
    order = await _act(desk, order, "approve", shown_at=_ORDER, by=office.manager)
    if order["status"] == "awaiting_funds" or desk.random.random() < 0.5:
        await _act(desk, order, "cancel", _REASON, shown_at=_ORDER)


async def _order(trade: Trade, customer: Json, desk: Desk) -> Json:
    line = {
        "product_id": desk.random.choice(trade.products)["id"],
        "quantity": str(desk.random.randint(1, 3)),
        "unit_price": cny("120.00"),  # as in the list: a sales manager may approve it
    }
    body = {"customer_id": customer["id"], "lines": [line]}
    return await desk.post("/v1/orders", body, shown_at=_ORDER)


async def _collect(trade: Trade, customer: Json, invoice: Json, desk: Desk) -> None:
    """Take the money, and allocate it."""
    yesterday = business_date(now()) - timedelta(days=1)
    body = {
        "customer_id": customer["id"],
        "amount": invoice["total"],
        "method": "bank_transfer",
        "received_on": yesterday.isoformat(),
    }
    how: dict[str, Any] = {"by": trade.finance, "shown_at": _RECEIPT}
    receipt = await desk.post("/v1/receipts", body, **how)
    shares = {"allocations": [{"invoice_id": invoice["id"]}]}
    await _act(desk, receipt, "allocations", shares, **how)


async def _act(
    desk: Desk, document: Json, action: str, body: Any = None, *, shown_at: str, **how: Any
) -> Json:
    path = f"{shown_at.format(**document)}/{action}"
    return await desk.post(path, body, version=document["version"], shown_at=shown_at, **how)


def staff_the_load(load: Load, office: Office) -> Iterator[Coroutine[Any, Any, None]]:
    """The writers and readers of a load."""
    for number, business in enumerate(_businesses(office)):
        yield go_about(load.desk(office.seller, str(number)), business)
    yield commit_late(load, office.customers)
    lists = ["customers?page_size=50", "customers?q=机械"]
    if office.trade is not None:
        lists += ["opportunities", "orders", "invoices"]
    load.lists += [(office.manager, f"/v1/{each}") for each in lists]
    for _ in range(_READERS):
        yield load.read()


def _businesses(office: Office) -> Iterator[Business]:
    for _ in range(3):
        yield partial(look_after_customers, office)
    if (trade := office.trade) is not None:
        for prospect in trade.prospects:
            yield partial(pursue, office, trade, prospect)
        for trader in trade.traders:
            yield partial(sell, office, trade, trader)
        for _ in range(2):
            yield partial(sell_prepaid, office, trade)
