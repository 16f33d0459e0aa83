"""The timeline: what happened to a customer, in all services."""

from __future__ import annotations

import asyncio
from typing import Any, cast
from uuid import UUID

import pytest
import sqlalchemy as sa
from pydantic_core import from_json

from services.customer.consumers import CONSUMERS, TIMELINE
from services.customer.tables import metadata
from services.customer.timeline.projection import EVENTS, kind_of
from services.customer.timeline.table import SCHEMA
from services.customer.timeline.titles import EXACTLY, LINKS, NOUNS, STEPS, Document, title_of
from shared.auth.roles import Role
from shared.bus.port import Bus
from shared.db.engine import create_engine
from shared.db.unit_of_work import Database
from shared.events.customer import CustomerConfirmed
from shared.events.envelope import Envelope
from shared.inbox.inbox import Inbox
from shared.inbox.replay import replay
from shared.service import NAMES
from tests.conftest import Launch
from tests.support import expenses
from tests.support import opportunity as opportunity_support
from tests.support import order as order_support
from tests.support.applications import application
from tests.support.documents import attached
from tests.support.feeding import Feed
from tests.support.generated import World
from tests.support.opportunity import deliver
from tests.support.services import ServiceUnderTest


@pytest.fixture(scope="module")
def feed(customer: ServiceUnderTest) -> Feed:
    """What hands events to the service."""
    return Feed(Inbox(customer.db, TIMELINE))


async def own_events(service: ServiceUnderTest, customer_id: str) -> list[Envelope]:
    """What the service itself published about a customer, as it comes back over the bus."""
    events = await envelopes(service)
    return [each for each in events if from_json(each.data).get("customer_id") == customer_id]


async def envelopes(service: ServiceUnderTest) -> list[Envelope]:
    """All that a service published, as it comes over the bus."""
    query = sa.text("SELECT headers, payload FROM outbox ORDER BY seq")
    async with service.db.reading() as conn:
        rows = (await conn.execute(query)).all()
    return [Envelope.parse(from_json(headers), payload) for headers, payload in rows]


async def timeline(service: ServiceUnderTest, customer_id: str, **params: Any) -> dict[str, Any]:
    """A page of a timeline."""
    async with service.client("sales_manager") as client:
        answer = await client.get(f"/v1/customers/{customer_id}/timeline", params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def a_formal_customer(service: ServiceUnderTest, name: str) -> CustomerConfirmed:
    """A customer of this service, as other services know it."""
    async with service.client("account_manager", "sales_manager") as client:
        created = await client.post("/v1/customers", json={"name": name})
        url = created.headers["location"]
        await client.post(f"{url}/confirm", headers={"If-Match": '"v1"'})
        await client.post(f"{url}/contacts", json={"name": "李雷", "phone": "13912345678"})
    confirmed = (await service.published("crm.customer.customer.confirmed.v1"))[-1]
    return CustomerConfirmed.model_validate(confirmed["data"])


async def test_all_services_tell_one_story(customer: ServiceUnderTest, feed: Feed) -> None:
    """S01: record, follow-up, trade and money of one customer, newest first."""
    buyer = await a_formal_customer(customer, "时间线有限公司")
    customer_id = str(buyer.customer_id)
    world = World(seed=3, currencies=["CNY"])
    placed = world.order(buyer, lines=2)
    shipped = world.delivery(placed, placed.ordered_on)
    invoice = world.invoice(shipped, placed.ordered_on)
    world.receipt(invoice, invoice.total, placed.ordered_on)
    await feed.send([*await own_events(customer, customer_id), *world.envelopes()])
    items = (await timeline(customer, customer_id))["items"]
    assert {each["kind"] for each in items} == {
        "customer.created",
        "customer.confirmed",
        "contact.changed",
        "order.placed",
        "order.approved",
        "delivery.drafted",
        "delivery.shipped",
        "invoice.drafted",
        "invoice.issued",
        "receipt.recorded",
    }
    assert items == sorted(items, key=lambda each: each["happened_at"], reverse=True)
    (approved,) = [each for each in items if each["kind"] == "order.approved"]
    event = next(each for each in world.envelopes() if each.type.endswith("order.approved.v1"))
    assert approved == {
        "event_id": str(event.id),
        "happened_at": event.time.isoformat().replace("+00:00", "Z"),
        "document": "order",
        "kind": "order.approved",
        "title": {"en": "Order approved", "zh": "订单已审核"},
        "number": placed.number,
        "state": "approved",
        "amount": {"amount": str(placed.total.amount), "currency": "CNY"},
        "actor_id": str(event.actor_id),
        "document_id": str(placed.order_id),
        "link": f"/v1/orders/{placed.order_id}",
    }


async def test_an_expense_for_nobody_is_in_no_timeline(
    customer: ServiceUnderTest, feed: Feed, launch: Launch
) -> None:
    """S01, S109: nor is it missed there; one for a customer is told."""
    buyer = await a_formal_customer(customer, "有费用的公司")
    order = await launch("order")
    seller = {"owner_id": order.person("account_manager")}
    await deliver(order, buyer.model_copy(update=seller), buyer.customer_id)
    await expenses.drafted(order)
    await expenses.drafted(order, customer_id=str(buyer.customer_id))
    await feed.send(await envelopes(order))
    items = (await timeline(customer, str(buyer.customer_id)))["items"]
    assert [each["kind"] for each in items] == ["expense.drafted"]
    await customer.check()


async def test_files_of_a_customer_are_told_from_all_services(
    customer: ServiceUnderTest, feed: Feed, launch: Launch
) -> None:
    """S01, S70: attached to the customer, a contact or a contract, and checked; neither what they
    are called nor what stands in them. What is no customer's is in no timeline."""
    buyer = await a_formal_customer(customer, "有文档的公司")
    customer_id = str(buyer.customer_id)
    order, opportunity = await launch("order"), await launch("opportunity")
    seller = {"owner_id": order.person("account_manager")}
    await deliver(order, buyer.model_copy(update=seller), buyer.customer_id)
    product = await order_support.product(order)
    line = order_support.line(product)
    contract = await order_support.drafted_contract(order, buyer.customer_id, line)
    made = await opportunity_support.product(opportunity)
    async with customer.client("account_manager", "sales_manager") as client:
        contact = (await client.get(f"/v1/customers/{customer_id}/contacts")).json()["items"][0]
        base = "/v1/documents/customer"
        licence = await attached(client, base, "customer", customer_id)
        card = await attached(client, base, "contact", contact["id"])
    async with customer.client("finance") as client:
        headers = {"If-Match": '"v1"'}
        path, body = f"{base}/{licence['id']}/verify", {"outcome": "verified"}
        assert (await client.post(path, json=body, headers=headers)).is_success
    async with order.client("account_manager") as client:
        scan = await attached(client, "/v1/documents/order", "contract", contract["id"])
    async with opportunity.client(*Role) as client:
        await attached(client, "/v1/documents/opportunity", "product", made["id"])
    events = [
        each
        for service in (customer, order, opportunity)
        for each in await envelopes(service)
        if each.aggregate_type == "document"
    ]
    await feed.send(events)
    items = (await timeline(customer, customer_id, document="document", sort="time"))["items"]
    shown = [(each["kind"], each["state"], each["link"]) for each in items]
    assert shown == [
        ("document.attached", "unverified", f"/v1/documents/customer/{licence['id']}"),
        ("document.attached", "unverified", f"/v1/documents/customer/{card['id']}"),
        ("document.verified", "verified", f"/v1/documents/customer/{licence['id']}"),
        ("document.attached", "unverified", f"/v1/documents/order/{scan['id']}"),
    ]
    assert items[0]["title"] == {"en": "File attached", "zh": "文档已上传"}
    assert licence["title"] not in str(items)
    await customer.check()


async def test_a_timeline_is_filtered_and_paged(customer: ServiceUnderTest, feed: Feed) -> None:
    """Keyset pages of any size give every entry once, in both directions."""
    buyer = await a_formal_customer(customer, "分页时间线公司")
    world = World(seed=4)
    for _ in range(5):
        world.chain(buyer)
        world.opportunity(buyer)
    await feed.send_by_topic(world.envelopes())
    about = [
        each
        for each in world.envelopes()
        if from_json(each.data).get("customer_id") == str(buyer.customer_id)
    ]
    seen: dict[str, list[str]] = {"-time": [], "time": []}
    for sort, found in seen.items():
        params: dict[str, Any] = {"sort": sort, "page_size": 7}
        while True:
            page = await timeline(customer, str(buyer.customer_id), **params)
            found += [each["event_id"] for each in page["items"]]
            if page["next_page_token"] is None:
                break
            params["page_token"] = page["next_page_token"]
    assert seen["time"] == seen["-time"][::-1]
    assert sorted(seen["time"]) == sorted(str(each.id) for each in about)
    orders = await timeline(customer, str(buyer.customer_id), document="order", page_size=200)
    expected = [each for each in about if each.aggregate_type == "order"]
    assert len(orders["items"]) == len(expected)
    placed = await timeline(customer, str(buyer.customer_id), kind="order.placed")
    assert {each["kind"] for each in placed["items"]} == {"order.placed"}
    assert len(placed["items"]) == 5
    async with customer.client("account_manager") as client:
        url = f"/v1/customers/{buyer.customer_id}/timeline"
        assert (await client.get(url, params={"document": "phone"})).status_code == 422
        assert (await client.get(url, params={"kind": "order"})).status_code == 422
        unknown = await client.get(f"/v1/customers/{UUID(int=3)}/timeline")
    assert unknown.status_code == 404


async def test_an_event_that_comes_twice_is_one_entry(
    customer: ServiceUnderTest, feed: Feed
) -> None:
    """Promise 11: redelivery changes nothing."""
    buyer = await a_formal_customer(customer, "重复投递公司")
    events = await own_events(customer, str(buyer.customer_id))
    for _ in range(3):
        await feed.send(events)
    assert len((await timeline(customer, str(buyer.customer_id)))["items"]) == len(events) == 3


async def test_a_timeline_is_built_anew_from_the_log(
    customer: ServiceUnderTest, feed: Feed
) -> None:
    """Promise 12: whoever reads meanwhile sees all of it, and it goes on afterwards."""
    before = await a_formal_customer(customer, "重建之时公司")
    await feed.send(await own_events(customer, str(before.customer_id)))
    owner = Database(create_engine(customer.owner_dsn), service="customer")
    rebuilding = asyncio.create_task(replay(owner, cast(Bus, feed), CONSUMERS, metadata, SCHEMA))
    lengths = []
    while not rebuilding.done():
        lengths.append(len((await timeline(customer, str(before.customer_id)))["items"]))
    await owner.close()
    report = rebuilding.result()
    assert (report.differences, report.swapped) == (0, True)
    assert set(lengths) == {3}
    buyer = await a_formal_customer(customer, "重建之后公司")
    await feed.send(await own_events(customer, str(buyer.customer_id)))
    assert len((await timeline(customer, str(buyer.customer_id)))["items"]) == 3


async def test_an_entry_holds_no_personal_data(customer: ServiceUnderTest) -> None:
    """Promise 40: whoever is named in a contact is not named in the timeline."""
    async with customer.db.reading() as conn:
        rows = await conn.execute(sa.text("SELECT entry::text FROM timeline.entry"))
        text = "\n".join(rows.scalars())
    assert "contact.changed" in text
    assert "李雷" not in text
    assert "13912345678" not in text


def test_every_event_about_a_customer_has_a_title() -> None:
    """In both languages, made of what the document and the step are called."""
    for event in EVENTS:
        kind = kind_of(event.event_type)
        document, _, step = kind.partition(".")
        assert document in NOUNS, f"{document} has no name in the timeline"
        assert step in STEPS or kind in EXACTLY, f"{step} has no name in the timeline"
        assert all(title_of(kind))
    assert title_of("ticket.sla_breached") == ("Ticket sla breached", "ticket sla breached")


async def test_every_link_leads_to_a_document() -> None:
    """The addresses are operations of the four services."""
    assert LINKS.keys() == set(Document)
    known = {
        tuple("{}" if part.startswith("{") else part for part in path.split("/"))
        for name in NAMES
        for path, methods in application(name).openapi()["paths"].items()
        if "get" in methods
    }
    for link in LINKS.values():
        for service in ("customer", "opportunity", "order"):
            parts = link.replace("{service}", service).split("/")
            assert tuple("{}" if part.startswith("{") else part for part in parts) in known, link
