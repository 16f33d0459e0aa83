"""Builders for the order service: replicas through the inbox, own documents through the public
API, each by somebody who may do it."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa

from shared.domain.ids import new_id
from shared.events.customer import CreditAssessed
from shared.events.opportunity import Price, PriceListEffective, ProductChanged
from shared.events.values import Money
from shared.events.vocabulary import Chain
from tests.support.opportunity import deliver, etag, known_customer, money, succeeded, today
from tests.support.services import ServiceUnderTest

SELLER, REVIEWER = "account_manager", "sales_manager"
_serials = count(1)
#: What is on the list of a service, by currency.
_listed: dict[tuple[str, str], dict[tuple[UUID, str], Price]] = {}

Body = dict[str, Any]


def seller(service: ServiceUnderTest) -> UUID:
    """The account manager, whose customers and documents are seen by their department."""
    return service.person(SELLER)


async def send(
    service: ServiceUnderTest,
    role: str,
    path: str,
    body: Body | None = None,
    *,
    seen: Body | None = None,
    key: str | None = None,
    method: str = "POST",
    name: str = "",
) -> httpx.Response:
    """A request of somebody with ``role``; ``seen`` is the document as they saw it."""
    headers = etag(seen) if seen else {}
    if key:
        headers["Idempotency-Key"] = key
    async with service.client(role, name=name) as client:
        return await client.request(method, f"/v1/{path}", json=body, headers=headers)


async def done(service: ServiceUnderTest, role: str, path: str, *args: Any, **kwargs: Any) -> Body:
    """The answer of a request that must succeed."""
    return succeeded(await send(service, role, path, *args, **kwargs))


async def read(service: ServiceUnderTest, path: str, role: str = "general_manager") -> Body:
    """What a path answers."""
    return await done(service, role, path, method="GET")


# -- replicas ----------------------------------------------------------------------------------


async def customer(
    service: ServiceUnderTest,
    settlement: str | None = "open",
    *,
    limit: str | None = None,
    currency: str = "CNY",
    valid_until: date | None = None,
    **fields: Any,
) -> UUID:
    """A formal customer; ``settlement`` None is one whose credit was never assessed."""
    customer_id = await known_customer(service, **fields)
    if settlement:
        await assess(
            service, customer_id, settlement, limit, currency=currency, valid_until=valid_until
        )
    return customer_id


async def assess(
    service: ServiceUnderTest,
    customer_id: UUID,
    settlement: str,
    limit: str | None = None,
    *,
    currency: str = "CNY",
    valid_until: date | None = None,
    sequence: int = 1,
) -> None:
    """How a customer settles from now on."""
    assessed = CreditAssessed(
        credit_id=customer_id,
        customer_id=customer_id,
        settlement=settlement,
        limit=Money(amount=limit, currency=currency) if limit else None,
        valid_until=valid_until,
        assessed_by=new_id(),
    )
    await deliver(service, assessed, customer_id, sequence)


async def product(
    service: ServiceUnderTest,
    *,
    listed: str | None = "100.00",
    currency: str = "CNY",
    **fields: Any,
) -> UUID:
    """A product that is sold, at a list price of 100.00 unless it is outside the list."""
    product_id = new_id()
    serial = next(_serials)
    state = {
        "product_id": product_id,
        "code": f"P-{serial}",
        "name": f"闸阀 {serial}",
        "line": "阀门",
        "category": "闸阀",
        "unit": "台",
        "status": "active",
    }
    await deliver(service, ProductChanged(**(state | fields)), product_id)
    if listed is not None:
        await put_on_the_list(service, product_id, listed, currency)
    return product_id


async def put_on_the_list(
    service: ServiceUnderTest,
    product_id: UUID,
    amount: str,
    currency: str = "CNY",
    *,
    minimum_quantity: str = "0",
) -> None:
    """The next version of the price list: what stood there, and this price."""
    prices = _listed.setdefault((service.owner_dsn, currency), {})
    prices[product_id, minimum_quantity] = Price(
        product_id=product_id,
        unit_price=Money(amount=amount, currency=currency),
        minimum_quantity=minimum_quantity,
    )
    price_list = PriceListEffective(
        price_list_id=new_id(),
        number=f"PL{next(_serials):04d}",
        currency=currency,
        effective_on=today(),
        prices=tuple(prices.values()),
    )
    await deliver(service, price_list, price_list.price_list_id)


def line(product_id: UUID, quantity: str = "10", price: str = "100.00", **fields: Any) -> Body:
    """A line of a direct order or a contract."""
    currency = fields.pop("currency", "CNY")
    body = {
        "product_id": str(product_id),
        "quantity": quantity,
        "unit_price": money(price, currency),
    }
    return body | fields


def call(contract: Body, quantity: str, place: int = 0) -> Body:
    """A line of an order under a contract."""
    return {"contract_line_id": contract["lines"][place]["id"], "quantity": quantity}


# -- contracts ---------------------------------------------------------------------------------

#: Who speaks for which department.
COUNTERSIGNERS = {
    "sales": "sales_manager",
    "technical": "warehouse",
    "finance": "finance",
    "legal": "deputy_general_manager",
}


async def drafted_contract(
    service: ServiceUnderTest, customer_id: UUID, *lines: Body, **fields: Any
) -> Body:
    """A contract as an account manager drafted it; by default ten pieces at 100.00."""
    body = {
        "title": "年度供货合同",
        "customer_id": str(customer_id),
        "lines": list(lines) or [line(await product(service))],
    }
    return await done(service, SELLER, "contracts", body | fields)


async def submitted_contract(service: ServiceUnderTest, contract: Body) -> Body:
    """A contract that waits for the departments."""
    return await done(service, SELLER, f"contracts/{contract['id']}/submit", seen=contract)


async def countersigned_contract(service: ServiceUnderTest, contract: Body) -> Body:
    """A contract all departments agreed to."""
    for department in contract["waiting_for"]:
        body = {"department": department, "verdict": "agree", "remark": "同意"}
        path = f"contracts/{contract['id']}/countersign"
        contract = await done(service, COUNTERSIGNERS[department], path, body, seen=contract)
    return contract


async def signed_contract(
    service: ServiceUnderTest, customer_id: UUID, *lines: Body, **fields: Any
) -> Body:
    """A contract under which orders may be placed."""
    contract = await drafted_contract(service, customer_id, *lines, **fields)
    contract = await submitted_contract(service, contract)
    contract = await countersigned_contract(service, contract)
    path = f"contracts/{contract['id']}"
    contract = await done(service, "general_manager", f"{path}/approve", seen=contract)
    signatures = {"signer": "王总", "customer_signer": "李经理"}
    return await done(service, SELLER, f"{path}/sign", signatures, seen=contract)


def permit(service: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch, *chains: Chain) -> None:
    """Have the company do business of these types for one test; all types when none is named."""
    settings = service.app.state.context.settings
    monkeypatch.setattr(settings, "chains", chains or tuple(Chain))


# -- orders and money --------------------------------------------------------------------------


async def placed_order(
    service: ServiceUnderTest, customer_id: UUID, *lines: Body, **fields: Any
) -> Body:
    """An order that waits for the review; by default ten pieces at 100.00."""
    body = {
        "customer_id": str(customer_id),
        "lines": list(lines) or [line(await product(service))],
    }
    return await done(service, SELLER, "orders", body | fields)


async def try_to_review(
    service: ServiceUnderTest, order: Body, role: str = REVIEWER, *, name: str = ""
) -> httpx.Response:
    """An attempt to approve an order as it was seen."""
    path = f"orders/{order['id']}/approve"
    return await send(service, role, path, seen=order, key=str(new_id()), name=name)


async def reviewed_order(service: ServiceUnderTest, order: Body, role: str = REVIEWER) -> Body:
    """The order after a review that was not refused: approved, or awaiting funds."""
    return succeeded(await try_to_review(service, order, role))


async def approved_order(
    service: ServiceUnderTest, customer_id: UUID, *lines: Body, **fields: Any
) -> Body:
    """An approved order; by default ten pieces at 100.00."""
    order = await reviewed_order(
        service, await placed_order(service, customer_id, *lines, **fields)
    )
    assert order["status"] == "approved", order
    return order


async def prepaid(
    service: ServiceUnderTest, customer_id: UUID, amount: str, currency: str = "CNY"
) -> Body:
    """The customer's prepayment account after finance credited ``amount``."""
    body = {"customer_id": str(customer_id), "amount": money(amount, currency)}
    return await done(service, "finance", "prepayments", body, key=str(new_id()))


async def account(service: ServiceUnderTest, customer_id: UUID, currency: str = "CNY") -> Body:
    """What the customer owes and has ordered."""
    found = await read(service, f"accounts?customer_id={customer_id}&currency={currency}")
    (only,) = found["items"]
    return only


async def balance(service: ServiceUnderTest, customer_id: UUID, ledger: str) -> str:
    """The balance of a ledger account of one customer; "0" when nothing was posted."""
    found = await read(service, f"ledger/balances?customer_id={customer_id}&account={ledger}")
    return found["items"][0]["balance"]["amount"] if found["items"] else "0"


async def events_of(service: ServiceUnderTest, aggregate_id: UUID | str) -> list[str]:
    """What happened to one document, as the last word of each event type."""
    published = await service.published()
    wanted = str(aggregate_id)
    return [each["type"].split(".")[3] for each in published if str(each["aggregate_id"]) == wanted]


async def as_runtime(service: ServiceUnderTest, statement: str) -> None:
    """Run a statement as the role the service runs as."""
    async with service.db.engine.begin() as conn:
        await conn.execute(sa.text(statement))
