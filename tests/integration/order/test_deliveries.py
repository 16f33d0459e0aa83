"""Deliveries: of one order or several, in parts, checked by a second person, never too much."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.support.fulfilment import (
    ACCOUNTANT,
    CHECKER,
    STOREKEEPER,
    checked_delivery,
    delivered,
    drafted_delivery,
    drafted_invoice,
    invoiced,
    order_now,
    part,
    shipped,
)
from tests.support.opportunity import today
from tests.support.order import (
    account,
    approved_order,
    customer,
    done,
    events_of,
    line,
    placed_order,
    product,
    read,
    send,
)
from tests.support.services import ServiceUnderTest


async def test_an_order_is_delivered_in_parts(order: ServiceUnderTest) -> None:
    """S142: two deliveries of one order, with the order's progress after each."""
    ordered = await approved_order(order, await customer(order))
    first = await delivered(order, ordered, "4")
    partly = await order_now(order, ordered)
    second = await delivered(order, ordered)
    wholly = await order_now(order, ordered)
    assert [each["total"]["amount"] for each in (first, second)] == ["400.00", "600.00"]
    assert [each["status"] for each in (partly, wholly)] == ["partly_delivered", "delivered"]
    assert [each["lines"][0]["delivered"] for each in (partly, wholly)] == ["4.0000", "10.0000"]
    assert await events_of(order, first["id"]) == ["drafted", "checked", "shipped"]
    assert await events_of(order, ordered["id"]) == [
        "placed",
        "approved",
        "progressed",
        "progressed",
    ]


async def test_several_orders_go_in_one_delivery(order: ServiceUnderTest) -> None:
    """S143."""
    customer_id = await customer(order)
    orders = [await approved_order(order, customer_id) for _ in range(3)]
    sent = await shipped(order, await drafted_delivery(order, *orders))
    assert {each["order_id"] for each in sent["lines"]} == {each["id"] for each in orders}
    assert [(await order_now(order, each))["status"] for each in orders] == ["delivered"] * 3


async def test_orders_of_two_customers_do_not_go_in_one_delivery(order: ServiceUnderTest) -> None:
    """S143."""
    orders = [await approved_order(order, await customer(order)) for _ in range(2)]
    body = {"order_ids": [each["id"] for each in orders]}
    refused = await send(order, STOREKEEPER, "deliveries", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "mixed_delivery")


async def test_no_more_than_ordered_is_delivered(order: ServiceUnderTest) -> None:
    """S144: what other deliveries hold counts, until they are cancelled."""
    ordered = await approved_order(order, await customer(order))
    held = await drafted_delivery(order, lines=[part(ordered, "7")])
    refused = await send(order, STOREKEEPER, "deliveries", {"lines": [part(ordered, "3.0001")]})
    assert (refused.status_code, refused.json()["code"]) == (409, "over_delivery")
    assert refused.json()["errors"][0]["pointer"] == "/lines/0/quantity"
    path = f"deliveries/{held['id']}/cancel"
    await done(order, STOREKEEPER, path, {"reason": "备货错误"}, seen=held)
    assert (await drafted_delivery(order, ordered))["lines"][0]["quantity"] == "10.0000"


async def test_two_lines_of_one_delivery_share_what_is_left(order: ServiceUnderTest) -> None:
    """S144."""
    ordered = await approved_order(order, await customer(order))
    body = {"lines": [part(ordered, "6"), part(ordered, "5")]}
    refused = await send(order, STOREKEEPER, "deliveries", body)
    assert refused.json()["errors"][0]["pointer"] == "/lines/1/quantity"


async def test_more_is_delivered_within_the_tolerance(
    order: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S144: with 5 % tolerance ten and a half may go, and are charged for."""
    settings = order.app.state.context.settings
    monkeypatch.setattr(settings, "over_delivery_tolerance", Decimal("0.05"))
    ordered = await approved_order(order, await customer(order))
    refused = await send(order, STOREKEEPER, "deliveries", {"lines": [part(ordered, "10.5001")]})
    assert refused.json()["code"] == "over_delivery"
    sent = await delivered(order, ordered, "10.5")
    charged = await invoiced(order, sent)
    assert charged["total"]["amount"] == sent["total"]["amount"] == "1050.00"
    assert (await order_now(order, ordered))["status"] == "delivered"


async def test_only_approved_and_unclosed_orders_are_delivered(order: ServiceUnderTest) -> None:
    """S147."""
    waiting = await placed_order(order, await customer(order))
    refused = await send(order, STOREKEEPER, "deliveries", {"order_ids": [waiting["id"]]})
    assert (refused.status_code, refused.json()["code"]) == (409, "order_state")


async def test_who_prepared_a_delivery_does_not_check_it(order: ServiceUnderTest) -> None:
    """S152."""
    ordered = await approved_order(order, await customer(order))
    draft = await drafted_delivery(order, ordered)
    path = f"deliveries/{draft['id']}/check"
    refused = await send(order, STOREKEEPER, path, seen=draft)
    assert (refused.status_code, refused.json()["code"]) == (403, "second_person_required")
    assert (await done(order, STOREKEEPER, path, seen=draft, name="库管二"))["status"] == "checked"


async def test_an_unchecked_delivery_does_not_leave(order: ServiceUnderTest) -> None:
    """S152."""
    draft = await drafted_delivery(order, await approved_order(order, await customer(order)))
    refused = await send(order, STOREKEEPER, f"deliveries/{draft['id']}/ship", {}, seen=draft)
    assert (refused.status_code, refused.json()["code"]) == (409, "delivery_state")


async def test_a_shipment_is_tracked_until_it_is_received(order: ServiceUnderTest) -> None:
    """S141, S151."""
    ordered = await approved_order(order, await customer(order))
    how = {"carrier": "顺丰速运", "tracking": "SF1234567890", "shipped_on": str(today(-3))}
    sent = await shipped(order, await drafted_delivery(order, ordered), **how)
    path = f"deliveries/{sent['id']}/receive"
    early = await send(order, STOREKEEPER, path, {"received_on": str(today(-4))}, seen=sent)
    late = await send(order, STOREKEEPER, path, {"received_on": str(today(1))}, seen=sent)
    there = await done(order, STOREKEEPER, path, {}, seen=sent)
    assert (early.status_code, late.status_code) == (409, 422)
    assert {name: there[name] for name in how} == how
    assert (there["status"], there["received_on"]) == ("received", str(today()))


async def test_a_stale_delivery_is_not_shipped(order: ServiceUnderTest) -> None:
    """Two people look at one delivery; the slower one is told."""
    draft = await drafted_delivery(order, await approved_order(order, await customer(order)))
    await checked_delivery(order, draft)
    refused = await send(order, STOREKEEPER, f"deliveries/{draft['id']}/ship", {}, seen=draft)
    assert (refused.status_code, refused.json()["code"]) == (412, "stale_version")


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({}, ""),
        ({"order_ids": [], "lines": None}, "/order_ids"),
        (
            {"lines": [{"order_id": "x", "order_line_id": "y", "quantity": "0"}]},
            "/lines/0/order_id",
        ),
    ],
)
async def test_a_delivery_is_asked_for_in_one_way(
    order: ServiceUnderTest, given: dict[str, Any], pointer: str
) -> None:
    """Lines, orders, or direct."""
    refused = await send(order, STOREKEEPER, "deliveries", given)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_unknown_orders_and_lines_are_refused(order: ServiceUnderTest) -> None:
    """S142."""
    ordered = await approved_order(order, await customer(order))
    other = await approved_order(order, await customer(order))
    mixed = part(ordered, "1") | {"order_line_id": other["lines"][0]["id"]}
    refused = await send(order, STOREKEEPER, "deliveries", {"lines": [mixed]})
    assert refused.json()["errors"][0]["pointer"] == "/lines/0/order_line_id"
    missing = await send(order, STOREKEEPER, "deliveries", {"order_ids": [other["customer_id"]]})
    assert missing.status_code == 404


async def test_goods_go_directly_to_a_customer_with_credit(order: ServiceUnderTest) -> None:
    """S145: without an order, within the limit; what goes is committed until it is invoiced."""
    customer_id = await customer(order, "credit", limit="1500.00")
    direct = {"customer_id": str(customer_id), "lines": [line(await product(order))]}
    draft = await drafted_delivery(order, direct=direct)
    assert (draft["chain"], draft["lines"][0]["order_id"]) == ("direct_delivery", None)
    assert (await account(order, customer_id))["committed"]["amount"] == "1000.00"
    refused = await send(order, STOREKEEPER, "deliveries", {"direct": direct})
    assert (refused.status_code, refused.json()["code"]) == (409, "direct_delivery_refused")
    await invoiced(order, await shipped(order, draft))
    found = await account(order, customer_id)
    assert found["committed"]["amount"] == "0.00"
    assert found["receivable"]["amount"] == "1000.00"


async def test_a_cancelled_direct_delivery_commits_nothing(order: ServiceUnderTest) -> None:
    """S145."""
    customer_id = await customer(order)
    direct = {"customer_id": str(customer_id), "lines": [line(await product(order))]}
    draft = await drafted_delivery(order, direct=direct)
    path = f"deliveries/{draft['id']}/cancel"
    await done(order, STOREKEEPER, path, {"reason": "客户取消"}, seen=draft)
    assert (await account(order, customer_id))["committed"]["amount"] == "0.00"


@pytest.mark.parametrize("settlement", ["prepaid", None])
async def test_who_pays_in_advance_orders_first(
    order: ServiceUnderTest, settlement: str | None
) -> None:
    """S145, S165."""
    customer_id = await customer(order, settlement)
    direct = {"customer_id": str(customer_id), "lines": [line(await product(order))]}
    refused = await send(order, STOREKEEPER, "deliveries", {"direct": direct})
    assert (refused.status_code, refused.json()["code"]) == (409, "direct_delivery_refused")


async def test_deliveries_are_listed_by_order_and_state(order: ServiceUnderTest) -> None:
    """S151: the state of each shipment of an order."""
    ordered = await approved_order(order, await customer(order))
    sent = await delivered(order, ordered, "3")
    draft = await drafted_delivery(order, ordered)
    found = await read(order, f"deliveries?order_id={ordered['id']}&sort=number")
    assert [each["id"] for each in found["items"]] == [sent["id"], draft["id"]]
    only = await read(order, f"deliveries?order_id={ordered['id']}&status=shipped")
    assert [each["id"] for each in only["items"]] == [sent["id"]]


async def test_goods_that_come_back_are_wanted_again(order: ServiceUnderTest) -> None:
    """S141: the order is open for them once more, the commitment as before."""
    customer_id = await customer(order)
    ordered = await approved_order(order, customer_id)
    sent = await delivered(order, ordered)
    path = f"deliveries/{sent['id']}/return"
    back = await done(order, STOREKEEPER, path, {"reason": "客户拒收"}, seen=sent)
    assert back["status"] == "returned"
    assert await events_of(order, sent["id"]) == ["drafted", "checked", "shipped", "returned"]
    now = await order_now(order, ordered)
    assert (now["status"], now["lines"][0]["delivered"]) == ("approved", "0.0000")
    again = await delivered(order, ordered)
    await invoiced(order, again)
    assert (await account(order, customer_id))["receivable"]["amount"] == "1000.00"


async def test_what_is_invoiced_does_not_come_back(order: ServiceUnderTest) -> None:
    """S141: first the invoice is voided, as long as it is not issued."""
    sent = await delivered(order, await approved_order(order, await customer(order)))
    draft = await drafted_invoice(order, sent)
    path, why = f"deliveries/{sent['id']}/return", {"reason": "客户拒收"}
    refused = await send(order, STOREKEEPER, path, why, seen=sent)
    assert (refused.status_code, refused.json()["code"]) == (409, "delivery_invoiced")
    await done(order, ACCOUNTANT, f"invoices/{draft['id']}/void", why, seen=draft)
    assert (await done(order, STOREKEEPER, path, why, seen=sent))["status"] == "returned"


async def test_a_direct_delivery_that_comes_back_commits_nothing(order: ServiceUnderTest) -> None:
    """S145."""
    customer_id = await customer(order)
    direct = {"customer_id": str(customer_id), "lines": [line(await product(order))]}
    sent = await shipped(order, await drafted_delivery(order, direct=direct))
    path = f"deliveries/{sent['id']}/return"
    await done(order, STOREKEEPER, path, {"reason": "客户拒收"}, seen=sent)
    assert (await account(order, customer_id))["committed"]["amount"] == "0.00"
    refused = await send(order, ACCOUNTANT, "invoices", {"delivery_ids": [sent["id"]]})
    assert refused.json()["code"] == "not_invoiceable"


async def test_only_the_warehouse_ships(order: ServiceUnderTest) -> None:
    """S152."""
    draft = await drafted_delivery(order, await approved_order(order, await customer(order)))
    checked = await checked_delivery(order, draft)
    refused = await send(order, CHECKER, f"deliveries/{draft['id']}/ship", {}, seen=checked)
    assert refused.status_code == 403
