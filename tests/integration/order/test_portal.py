"""The portal: customers draft and submit their own orders, at list price, and see what is theirs
alone (S25)."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest

from shared.domain.ids import new_id
from shared.events.customer import CustomerLost
from shared.events.opportunity import ProductChanged
from shared.events.vocabulary import Chain
from tests.conftest import Launch
from tests.support import fulfilment
from tests.support import order as build
from tests.support.opportunity import customer_state, deliver, money
from tests.support.portal import Buyer, buyer, dealt, item, signed_in
from tests.support.services import ServiceUnderTest

Body = dict[str, Any]


async def test_a_draft_costs_what_the_list_says_by_quantity(order: ServiceUnderTest) -> None:
    """S25: product and quantity; the price is the list's, with its tiers."""
    product = await build.product(order)
    await build.put_on_the_list(order, product, "90.00", minimum_quantity="50")
    someone = await buyer(order, await build.customer(order))
    draft = await someone.draft(item(product, "10"), item(product, "50"), note="尽快")
    assert [each["unit_price"]["amount"] for each in draft["lines"]] == ["100.00", "90.00"]
    assert (draft["total"], draft["status"]) == (money("5500.00"), "draft")
    seen = await someone.get(f"drafts/{draft['id']}")
    assert seen == draft
    changed = await someone.send(
        "PATCH", f"drafts/{draft['id']}", {"lines": [item(product, "1.5")]}, seen=draft
    )
    assert (changed.json()["total"], changed.json()["note"]) == (money("150.00"), "尽快")
    assert [each["id"] for each in await someone.items("drafts?status=draft")] == [draft["id"]]
    assert await build.events_of(order, draft["id"]) == ["drafted", "changed"]


@pytest.mark.parametrize(
    "typed", [{"unit_price": money("1.00")}, {"discount": "0.5"}, {"amount": money("1.00")}]
)
async def test_no_price_is_typed(order: ServiceUnderTest, typed: Body) -> None:
    """S25: neither price nor discount are the customer's to say."""
    product = await build.product(order)
    someone = await buyer(order, await build.customer(order))
    refused = await someone.send("POST", "drafts", {"lines": [item(product, **typed)]})
    assert refused.status_code == 422
    assert await someone.items("drafts") == []


async def test_what_is_not_on_the_list_is_not_ordered(order: ServiceUnderTest) -> None:
    """Outside the list, below the least quantity, in another currency, not sold, not there."""
    outside = await build.product(order, listed=None)
    least = await build.product(order, listed=None)
    await build.put_on_the_list(order, least, "80.00", minimum_quantity="10")
    someone = await buyer(order, await build.customer(order))
    for line in (item(outside), item(least, "9"), item(new_id())):
        refused = await someone.send("POST", "drafts", {"lines": [line]})
        assert (refused.status_code, refused.json()["code"]) == (422, "not_listed")
        assert refused.json()["errors"][0]["pointer"] == "/lines/0/product_id"
    refused = await someone.send("POST", "drafts", {"lines": [item(least)], "currency": "USD"})
    assert refused.json()["code"] == "not_listed"
    assert await someone.items("drafts") == []


async def test_a_submitted_draft_is_an_order_of_the_customers_owner(
    order: ServiceUnderTest,
) -> None:
    """S25, S134: it waits for the review, at list price, by the hand of the portal user."""
    owner = build.seller(order)
    customer = await build.customer(order, owner_id=owner, department="华东部")
    product = await build.product(order)
    someone = await buyer(order, customer)
    placed = await someone.submit(await someone.draft(item(product, "3"), note="送到后门"))
    assert (placed["status"], placed["total"]) == ("placed", money("300.00"))
    seen = await build.read(order, f"orders/{placed['id']}")
    assert seen["owner_id"] == str(owner)
    assert (seen["department"], seen["note"]) == ("华东部", "送到后门")
    assert seen["authors"] == [str(someone.id)]
    assert seen["portal_user_id"] == str(someone.id)
    assert (seen["chain"], seen["discount"], seen["required_role"]) == (
        "ordinary",
        "0.000000",
        None,
    )
    found = await build.read(order, f"orders?from_portal=true&customer_id={customer}")
    assert [each["id"] for each in found["items"]] == [placed["id"]]
    by_house = await build.placed_order(order, customer, build.line(product))
    found = await build.read(order, f"orders?from_portal=false&customer_id={customer}")
    assert [each["id"] for each in found["items"]] == [by_house["id"]]
    (event,) = [
        each["data"]
        for each in await order.published("crm.order.order.placed.v1")
        if each["data"]["order_id"] == placed["id"]
    ]
    assert event["portal_user_id"] == str(someone.id)


async def test_it_is_reviewed_as_any_other_and_paid_for(order: ServiceUnderTest) -> None:
    """S25, S165, S166: by a member of staff, against the balance."""
    customer = await build.customer(order, "prepaid")
    product = await build.product(order)
    someone = await buyer(order, customer)
    placed = await someone.submit(await someone.draft(item(product, "3")))
    seen = await build.read(order, f"orders/{placed['id']}")
    waiting = await build.reviewed_order(order, seen)
    assert waiting["status"] == "awaiting_funds"
    await build.prepaid(order, customer, "500.00")
    approved = await build.reviewed_order(order, waiting)
    assert approved["status"] == "approved"
    assert (await someone.get(f"orders/{placed['id']}"))["status"] == "approved"
    (balance,) = (await someone.get("account"))["balances"]
    assert (balance["prepaid"], balance["held"]) == (money("500.00"), money("300.00"))


async def test_the_audit_names_who_placed_it(order: ServiceUnderTest) -> None:
    """Every entry of draft and order is the portal user's."""
    product = await build.product(order)
    someone = await buyer(order, await build.customer(order), name="李雷")
    placed = await someone.submit(await someone.draft(item(product)))
    async with order.client("administrator") as client:
        found = await client.get("/v1/audit/order", params={"object_id": placed["id"]})
    (entry,) = found.json()["items"]
    assert entry["actor"] == {"id": str(someone.id), "name": "李雷"}


async def test_a_draft_is_submitted_once(order: ServiceUnderTest) -> None:
    """By two clicks at the same moment: one order."""
    product = await build.product(order)
    someone = await buyer(order, await build.customer(order))
    draft = await someone.draft(item(product))
    answers = await asyncio.gather(*(someone.try_to_submit(draft) for _ in range(3)))
    assert sorted(each.status_code for each in answers) == [200, 412, 412]
    assert len(await someone.items("orders")) == 1
    done = await someone.get(f"drafts/{draft['id']}")
    again = await someone.try_to_submit(done)
    assert (again.status_code, again.json()["code"]) == (409, "order_draft_state")
    for method, step in (("POST", "/cancel"), ("PATCH", "")):
        refused = await someone.send(method, f"drafts/{draft['id']}{step}", {}, seen=done)
        assert (refused.status_code, refused.json()["code"]) == (409, "order_draft_state")


async def test_a_cancelled_draft_becomes_nothing(order: ServiceUnderTest) -> None:
    """And a write needs the version that was seen."""
    product = await build.product(order)
    someone = await buyer(order, await build.customer(order))
    draft = await someone.draft(item(product))
    assert (await someone.send("POST", f"drafts/{draft['id']}/cancel")).status_code == 428
    cancelled = await someone.send("POST", f"drafts/{draft['id']}/cancel", seen=draft)
    assert cancelled.json()["status"] == "cancelled"
    refused = await someone.try_to_submit(cancelled.json())
    assert refused.json()["code"] == "order_draft_state"
    assert await someone.items("orders") == []


async def test_the_total_that_was_agreed_to_counts_or_nothing(
    order: ServiceUnderTest,
) -> None:
    """A list that came into force meanwhile is not slipped in; without a total it counts."""
    product = await build.product(order)
    someone = await buyer(order, await build.customer(order))
    draft = await someone.draft(item(product, "2"))
    await build.put_on_the_list(order, product, "120.00")
    refused = await someone.try_to_submit(draft, total="200.00")
    assert (refused.status_code, refused.json()["code"]) == (409, "prices_changed")
    assert refused.json()["total"] == money("240.00")
    assert (await someone.submit(draft, total="240.00"))["total"] == money("240.00")


async def test_what_is_no_longer_sold_is_shown_without_price_and_not_submitted(
    order: ServiceUnderTest,
) -> None:
    """S25."""
    product = await build.product(order)
    someone = await buyer(order, await build.customer(order))
    draft = await someone.draft(item(product))
    await gone(order, product)
    seen = await someone.get(f"drafts/{draft['id']}")
    assert (seen["total"], seen["lines"][0]["unit_price"]) == (None, None)
    refused = await someone.try_to_submit(draft)
    assert (refused.status_code, refused.json()["code"]) == (422, "not_listed")


async def gone(service: ServiceUnderTest, product: UUID) -> None:
    """Tell the service that a product is not sold any more."""
    state = {"code": f"X-{product}", "name": "停产", "line": "阀门", "category": "闸阀"}
    retired = ProductChanged(product_id=product, unit="台", status="retired", **state)
    await deliver(service, retired, product, 2)


@pytest.mark.parametrize(
    ("permitted", "chain"),
    [
        ((Chain.CONTRACT_FIRST,), None),
        ((Chain.CONTRACT_FIRST, Chain.ORDINARY), "ordinary"),
        ((Chain.INVOICE_FIRST, Chain.DIRECT_DELIVERY), "direct_delivery"),
    ],
)
async def test_it_is_of_a_business_type_the_company_does(
    order: ServiceUnderTest,
    monkeypatch: pytest.MonkeyPatch,
    permitted: tuple[Chain, ...],
    chain: str | None,
) -> None:
    """S103, S121: where nothing is sold without a contract, it is refused and says so."""
    build.permit(order, monkeypatch, *permitted)
    product = await build.product(order)
    someone = await buyer(order, await build.customer(order))
    draft = await someone.draft(item(product))
    answer = await someone.try_to_submit(draft)
    if chain is None:
        assert (answer.status_code, answer.json()["code"]) == (409, "contract_needed")
        assert (await someone.get(f"drafts/{draft['id']}"))["status"] == "draft"
        assert await someone.items("orders") == []
    else:
        seen = await build.read(order, f"orders/{answer.json()['id']}")
        assert seen["chain"] == chain


async def test_the_catalogue_shows_prices_and_whether_there_is_any(
    order: ServiceUnderTest,
) -> None:
    """S25: no cost, no margin, no number in stock; nothing that is on no list."""
    product = await build.product(order, name="门户闸阀", code="PORTAL-1")
    await build.put_on_the_list(order, product, "95.00", minimum_quantity="20")
    hidden = await build.product(order, listed=None, name="门户之外")
    someone = await buyer(order, await build.customer(order))
    (offer,) = await someone.items("products?q=门户闸阀")
    assert offer["available"] is None
    body = {"product_id": str(product), "site": "上海", "on_hand": "7"}
    await build.done(order, "warehouse", "stock", body)
    (offer,) = await someone.items("products?q=PORTAL")
    assert offer == {
        "id": str(product),
        "code": "PORTAL-1",
        "name": "门户闸阀",
        "unit": "台",
        "available": True,
        "prices": [
            {"minimum_quantity": "0.0000", "unit_price": money("100.00")},
            {"minimum_quantity": "20.0000", "unit_price": money("95.00")},
        ],
    }
    everything = [each["id"] for each in await someone.items("products?page_size=200")]
    assert str(hidden) not in everything
    assert await someone.items("products?currency=USD") == []


async def test_a_customer_sees_what_left_and_what_is_issued(
    order: ServiceUnderTest,
) -> None:
    """S25: not what the house prepares; and what is open of it."""
    customer = await build.customer(order)
    deal = await dealt(order, customer)
    someone = await buyer(order, customer)
    (order_seen,) = await someone.items("orders")
    line = (await someone.get(f"orders/{order_seen['id']}"))["lines"][0]
    assert (line["delivered"], line["invoiced"]) == ("4.0000", "0.0000")
    path = f"deliveries?order_id={deal['orders']['id']}"
    assert [each["id"] for each in await someone.items(path)] == [deal["deliveries"]["id"]]
    prepared = await someone.send("GET", f"deliveries/{deal['prepared']['id']}")
    assert prepared.status_code == 404
    assert await someone.items("invoices") == []
    assert (await someone.send("GET", f"invoices/{deal['invoices']['id']}")).status_code == 404
    issued = await fulfilment.issued(order, deal["invoices"])
    (invoice,) = await someone.items(f"invoices?order_id={deal['orders']['id']}")
    assert (invoice["number"], invoice["open"]) == (issued["number"], money("400.00"))
    whole = await someone.get(f"invoices/{invoice['id']}")
    assert whole["lines"][0]["amount"] == money("400.00")
    goods = await someone.get(f"deliveries/{deal['deliveries']['id']}")
    assert [each["quantity"] for each in goods["lines"]] == ["4.0000"]
    (balance,) = (await someone.get("account"))["balances"]
    assert (balance["receivable"], balance["committed"]) == (money("400.00"), money("600.00"))


async def test_nothing_of_the_house_is_shown(order: ServiceUnderTest) -> None:
    """No owner, author, list price, discount policy, note or reason of the review."""
    customer = await build.customer(order)
    deal = await dealt(order, customer)
    await fulfilment.issued(order, deal["invoices"])
    someone = await buyer(order, customer)
    inside = {"owner_id", "authors", "list_price", "required_role", "policy_version", "note"}
    inside |= {"prepared_by", "checked_by", "approved_by", "department", "credit_limit", "reason"}
    for kind in ("orders", "deliveries", "invoices"):
        (summary,) = await someone.items(kind)
        whole = await someone.get(f"{kind}/{summary['id']}")
        lines = {name for line in whole["lines"] for name in line}
        assert not inside & (summary.keys() | whole.keys() | lines)


async def test_what_is_another_customers_is_not_there(order: ServiceUnderTest) -> None:
    """S25: 404 with the body of an id that does not exist, and nothing of it in any list."""
    deal = await dealt(order, await build.customer(order))
    await fulfilment.issued(order, deal["invoices"])
    stranger = await buyer(order, await build.customer(order))
    for kind in ("drafts", "orders", "deliveries", "invoices"):
        hidden = await stranger.send("GET", f"{kind}/{deal[kind]['id']}")
        missing = await stranger.send("GET", f"{kind}/{new_id()}")
        assert hidden.status_code == missing.status_code == 404
        assert hidden.json()["title"] == missing.json()["title"]
        assert await stranger.items(kind) == []
    for kind in ("deliveries", "invoices"):
        assert await stranger.items(f"{kind}?order_id={deal['orders']['id']}") == []
    draft = deal["drafts"]
    for method, step, body in (
        ("PATCH", "", {}),
        ("POST", "/cancel", None),
        ("POST", "/submit", {}),
    ):
        refused = await stranger.send(method, f"drafts/{draft['id']}{step}", body, seen=draft)
        assert refused.status_code == 404
    assert (await stranger.get("account"))["balances"] == []


async def test_drafts_are_ones_own_and_orders_the_customers(
    order: ServiceUnderTest,
) -> None:
    """Several people of one customer: each drafts by themselves, all see the orders."""
    customer = await build.customer(order)
    product = await build.product(order)
    one, other = await buyer(order, customer), await buyer(order, customer)
    draft = await one.draft(item(product))
    assert (await other.send("GET", f"drafts/{draft['id']}")).status_code == 404
    assert await other.items("drafts") == []
    placed = await one.submit(draft)
    assert (await other.get(f"orders/{placed['id']}"))["portal_user_id"] == str(one.id)


async def closed_to(someone: Buyer) -> set[tuple[int, str]]:
    """How the portal refuses somebody, whatever they ask."""
    found = set()
    for path in ("products", "drafts", "orders", "deliveries", "invoices", "account"):
        answer = await someone.send("GET", path)
        found.add((answer.status_code, answer.json().get("code", "")))
    answer = await someone.send("POST", "drafts", {"lines": [item(new_id())]})
    return found | {(answer.status_code, answer.json()["code"])}


async def test_who_is_shut_out_or_whose_customer_is_lost_gets_nothing(
    order: ServiceUnderTest,
) -> None:
    """S24, S25: even with a token that nobody has heard yet to be void."""
    customer = await build.customer(order)
    product = await build.product(order)
    one, other = await buyer(order, customer), await buyer(order, customer)
    draft = await other.draft(item(product))
    await one.shut_out()
    assert await closed_to(one) == {(403, "portal_closed")}
    assert (await other.get(f"drafts/{draft['id']}"))["id"] == draft["id"]
    state = customer_state(customer, owner_id=new_id(), status="lost")
    await deliver(order, CustomerLost(**state, reason="停业"), customer, 2)
    assert await closed_to(other) == {(403, "portal_closed")}
    assert (await other.try_to_submit(draft)).json()["code"] == "portal_closed"


async def test_a_token_for_another_customer_than_the_identitys_is_worth_nothing(
    order: ServiceUnderTest,
) -> None:
    """Nobody changes customers: the replica has the last word."""
    customer, other = await build.customer(order), await build.customer(order)
    someone = await buyer(order, customer)
    async with signed_in(order, someone.name, other) as client:
        answer = await client.get("/v1/portal/orders")
    assert (answer.status_code, answer.json()["code"]) == (403, "portal_closed")


async def test_the_house_has_no_portal_and_customers_no_house(
    order: ServiceUnderTest,
) -> None:
    """S25: a role alone makes nobody a customer; a customer asks for nothing else."""
    customer = await build.customer(order)
    someone = await buyer(order, customer)
    placed = await build.placed_order(order, customer)
    async with order.client("customer_portal", name="nobody's") as client:
        refused = await client.get("/v1/portal/orders")
        assert (refused.status_code, refused.json()["code"]) == (403, "not_portal_user")
    async with order.client("general_manager") as client:
        assert (await client.get("/v1/portal/orders")).json()["code"] == "forbidden"
    async with someone.client() as client:
        for path in ("orders", f"orders/{placed['id']}", "accounts", "stock", "prepayments"):
            answer = await client.get(f"/v1/{path}")
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        answer = await client.get(
            "/v1/portal/orders", headers={"On-Behalf-Of": str(build.seller(order))}
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "not_deputy")


async def test_a_customer_that_runs_wild_slows_down_before_the_house_does(launch: Launch) -> None:
    """S25: quotas of their own, by ``KEHU_RATE_PORTAL``."""
    service = await launch("order", KEHU_RATE_PORTAL=3, KEHU_RATE_PRINCIPAL=100)
    someone = await buyer(service, await build.customer(service))
    answers = [await someone.send("GET", "orders") for _ in range(5)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429, 429]
    assert answers[-1].headers["ratelimit-policy"] == '"portal";q=3;w=60'
    async with service.client("general_manager") as client:
        assert {(await client.get("/v1/orders")).status_code for _ in range(5)} == {200}
