"""Builders for the opportunity service: foreign events fed through the inbox, own documents
through the public API."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import httpx

from shared.bus.port import Record
from shared.domain.clock import business_date, now
from shared.domain.ids import new_id
from shared.events.customer import ContactChanged, CustomerCreated
from shared.events.envelope import Envelope
from shared.events.payload import Payload
from shared.events.staff import StaffHired
from shared.inbox.inbox import Inbox
from tests.support.services import ServiceUnderTest

_serials = count(1)
_hired: set[UUID] = set()


def today(plus: int = 0) -> date:
    """The business day, or one some days later."""
    return business_date(now()) + timedelta(days=plus)


def event(payload: Payload, aggregate_id: UUID, sequence: int = 1) -> Envelope:
    """An event as another service publishes it."""
    return Envelope(
        id=new_id(),
        type=payload.event_type,
        source=f"/kehu/{payload.service}",
        aggregate_type=payload.aggregate_type,
        aggregate_id=aggregate_id,
        sequence=sequence,
        time=now(),
        data=payload.model_dump_json(),
        actor_id=new_id(),
        correlation_id=new_id(),
    )


async def deliver(
    service: ServiceUnderTest, payload: Payload, aggregate_id: UUID, sequence: int = 1
) -> Envelope:
    """Hand an event of another service to the consumers, as the bus would."""
    envelope = event(payload, aggregate_id, sequence)
    await redeliver(service, envelope)
    return envelope


async def redeliver(service: ServiceUnderTest, envelope: Envelope) -> None:
    """Hand the same event to the consumers again."""
    record = Record(
        topic=envelope.topic,
        partition=0,
        offset=next(_serials),
        key=envelope.key,
        value=envelope.data.encode(),
        headers=envelope.headers(),
        timestamp=envelope.time,
    )
    for consumer in service.service.consumers:
        if envelope.topic in consumer.topics:
            await Inbox(service.db, consumer).handle([record])


async def parked(service: ServiceUnderTest) -> list[str]:
    """Why events are parked."""
    async with service.db.reading() as conn:
        found = await conn.exec_driver_sql("SELECT error FROM parked WHERE resolved_at IS NULL")
        return [row[0] for row in found]


def customer_state(customer_id: UUID, **fields: Any) -> dict[str, Any]:
    """What every event about a customer says."""
    state = {
        "customer_id": customer_id,
        "number": f"C{next(_serials):08d}",
        "name": "上海电气集团股份有限公司",
        "status": "formal",
        "level": "A",
        "industry": "电气",
        "source": None,
        "external_id": None,
        "created_at": now(),
        "owner_id": new_id(),
        "department": "销售一部",
        "branch": "上海",
        "region": "华东",
    }
    return state | fields


async def known_customer(service: ServiceUnderTest, **fields: Any) -> UUID:
    """A customer whose event has arrived, of whoever signs in as an account manager."""
    customer_id = new_id()
    state = customer_state(customer_id, **{"owner_id": service.person("account_manager")} | fields)
    await deliver(service, CustomerCreated(**state), customer_id)
    return customer_id


async def known_contact(
    service: ServiceUnderTest, customer_id: object, *, status: str = "active"
) -> str:
    """A contact of a customer, whose event has arrived."""
    contact_id = new_id()
    state = {"contact_id": contact_id, "customer_id": customer_id, "status": status}
    await deliver(service, ContactChanged(**state), contact_id)
    return str(contact_id)


async def known_staff(service: ServiceUnderTest, name: str, **fields: Any) -> UUID:
    """A member of staff whose event has arrived; the person `client(name=...)` signs in."""
    staff_id = service.people.setdefault(name, new_id())
    if staff_id in _hired:
        return staff_id
    _hired.add(staff_id)
    state: dict[str, Any] = {
        "staff_id": staff_id,
        "name": name,
        "roles": ("account_manager",),
        "department": "销售二部",
        "branch": "天津",
        "status": "active",
    }
    await deliver(service, StaffHired(**(state | fields)), staff_id)
    return staff_id


def succeeded(response: httpx.Response) -> dict[str, Any]:
    """The body of an answer that must be a success."""
    assert response.is_success, response.text
    return response.json()


def money(amount: str, currency: str = "CNY") -> dict[str, str]:
    """Money as it goes over HTTP."""
    return {"amount": amount, "currency": currency}


def etag(body: dict[str, Any]) -> dict[str, str]:
    """The header that binds a request to the version somebody saw."""
    return {"If-Match": f'"v{body["version"]}"'}


async def product(service: ServiceUnderTest, **fields: Any) -> dict[str, Any]:
    """A product with a cost of 60.00."""
    serial = next(_serials)
    body = {
        "code": f"P-{serial}",
        "name": f"断路器 {serial}",
        "unit": "台",
        "cost_price": money("60.00"),
    }
    async with service.client("sales_manager") as client:
        return succeeded(await client.post("/v1/products", json=body | fields))


async def price_list(
    service: ServiceUnderTest,
    prices: list[dict[str, Any]],
    *,
    effective_on: date | None = None,
    approved: bool = True,
    **fields: Any,
) -> dict[str, Any]:
    """A version of the price list, written by a sales manager and approved by all who are asked."""
    body = {"effective_on": str(effective_on or today()), "prices": prices} | fields
    async with service.client("sales_manager") as client:
        drafted = succeeded(await client.post("/v1/price-lists", json=body))
    if not approved:
        return drafted
    proposed = succeeded(await propose(service, drafted))
    for role in ("finance", "deputy_general_manager", "general_manager"):
        succeeded(await on_approval(service, drafted, "approve", role))
    async with service.client("sales_manager") as client:
        return succeeded(await client.get(f"/v1/price-lists/{proposed['id']}"))


async def propose(service: ServiceUnderTest, drafted: dict[str, Any]) -> httpx.Response:
    """A version of the price list put up for approval."""
    async with service.client("sales_manager") as client:
        path = f"/v1/price-lists/{drafted['id']}/propose"
        return await client.post(path, headers=etag(drafted))


async def on_approval(
    service: ServiceUnderTest, document: dict[str, Any], step: str, role: str, **more: Any
) -> httpx.Response:
    """What somebody in a role says in the newest approval of a document."""
    path, name = "/v1/approvals/opportunity", more.pop("name", "")
    async with service.client(role, name=name) as client:
        query = {"document_id": document["id"]}
        newest = succeeded(await client.get(path, params=query))["items"][0]
        return await client.post(f"{path}/{newest['id']}/{step}", json=more, headers=etag(newest))


def price(product: dict[str, Any], amount: str, **fields: Any) -> dict[str, Any]:
    """A price of a price list."""
    return {"product_id": product["id"], "unit_price": money(amount)} | fields


async def open_opportunity(
    service: ServiceUnderTest, *, by: httpx.AsyncClient | None = None, **fields: Any
) -> dict[str, Any]:
    """An open opportunity of an account manager in Shanghai, with a known customer."""
    body = {"name": "二期变电站改造"} | fields
    body["customer_id"] = str(body.get("customer_id") or await known_customer(service))
    async with by or service.client("account_manager") as client:
        return succeeded(await client.post("/v1/opportunities", json=body))


async def register(
    service: ServiceUnderTest,
    opportunity: dict[str, Any],
    *,
    by: httpx.AsyncClient | None = None,
) -> httpx.Response:
    """Hand in the registration form of a project: the owner, or for others the general manager."""
    contact_id = await known_contact(service, opportunity["customer_id"])
    form = {"contact_id": contact_id, "specification": "126 kV 断路器", "quantity": "12"}
    async with by or service.client(_who_sees(service, opportunity)) as client:
        return await client.post(f"/v1/opportunities/{opportunity['id']}/register", json=form)


def _who_sees(service: ServiceUnderTest, document: dict[str, Any]) -> str:
    mine = document["owner_id"] == str(service.person("account_manager"))
    return "account_manager" if mine else "general_manager"


async def project(service: ServiceUnderTest, **fields: Any) -> dict[str, Any]:
    """A registered opportunity."""
    return succeeded(await register(service, await open_opportunity(service, **fields)))


async def steps(service: ServiceUnderTest, aggregate: dict[str, Any]) -> list[str]:
    """The events of one aggregate in order, by the verb in their type."""
    return [
        event["type"].split(".")[3]
        for event in await service.published()
        if str(event["aggregate_id"]) == aggregate["id"]
    ]


async def listed_product(
    service: ServiceUnderTest, amount: str = "100.00", **fields: Any
) -> dict[str, Any]:
    """A product with a list price from today on; the products listed before keep theirs."""
    made = await product(service, **fields)
    newest: dict[str, Any] = {
        "status": "approved",
        "currency": "CNY",
        "sort": "-created",
        "page_size": 1,
    }
    async with service.client("finance") as client:
        before = succeeded(await client.get("/v1/price-lists", params=newest))["items"]
    based_on = before[0]["id"] if before else None
    await price_list(service, [price(made, amount)], based_on=based_on)
    return made


def line(product: dict[str, Any], quantity: str = "1", **fields: Any) -> dict[str, Any]:
    """A line of a quote."""
    return {"product_id": product["id"], "quantity": quantity} | fields


async def draft_quote(
    service: ServiceUnderTest,
    lines: list[dict[str, Any]],
    *,
    by: httpx.AsyncClient | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """A draft of the account manager for a registered project."""
    body = {"lines": lines} | fields
    body["opportunity_id"] = body.get("opportunity_id") or (await project(service))["id"]
    async with by or service.client("account_manager") as client:
        return succeeded(await client.post("/v1/quotes", json=body))


async def on_quote(
    service: ServiceUnderTest,
    quote: dict[str, Any],
    step: str,
    *roles: str,
    name: str = "",
    **body: Any,
) -> httpx.Response:
    """A step on a revision by somebody with these roles, bound to the version in ``quote``."""
    async with service.client(*(roles or ("account_manager",)), name=name) as client:
        path = f"/v1/quotes/{quote['id']}/{step}"
        return await client.post(path, json=body or None, headers=etag(quote))


async def approved_quote(
    service: ServiceUnderTest,
    lines: list[dict[str, Any]],
    *,
    role: str = "general_manager",
    **fields: Any,
) -> dict[str, Any]:
    """A quote that somebody in ``role`` approved, or its author alone where that suffices."""
    drafted = await draft_quote(service, lines, **fields)
    submitted = succeeded(await on_quote(service, drafted, "submit"))
    if submitted["status"] == "approved":
        return submitted
    return succeeded(await on_quote(service, submitted, "approve", role))
