"""Orders: who may place them, what covers them, and how they end."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shared.domain.ids import new_id
from shared.events.customer import CustomerLost
from tests.support.fulfilment import (
    drafted_delivery,
    drafted_invoice,
    invoiced,
    issued,
    part,
    shipped,
)
from tests.support.opportunity import customer_state, deliver, money
from tests.support.order import (
    REVIEWER,
    SELLER,
    account,
    approved_order,
    assess,
    customer,
    done,
    events_of,
    line,
    permit,
    placed_order,
    prepaid,
    product,
    read,
    reviewed_order,
    send,
    try_to_review,
)
from tests.support.services import ServiceUnderTest


async def test_an_order_of_a_prepaid_customer_holds_its_money(order: ServiceUnderTest) -> None:
    """S164, S165, S166."""
    buyer = await customer(order, settlement=None)
    placed = await placed_order(order, buyer)
    waiting = await reviewed_order(order, placed)
    assert waiting["status"] == "awaiting_funds"
    await prepaid(order, buyer, "1000.00")
    approved = await reviewed_order(order, waiting)
    assert (approved["status"], approved["settlement"]) == ("approved", "prepaid")
    assert await events_of(order, placed["id"]) == ["placed", "awaiting_funds", "approved"]
    (money_account,) = (await read(order, f"prepayments?customer_id={buyer}"))["items"]
    assert money_account["held"] == money("1000.00")
    assert money_account["available"] == money("0.00")
    assert (await account(order, buyer))["committed"] == money("0.00")


async def test_a_review_says_how_much_is_short(order: ServiceUnderTest) -> None:
    """S165."""
    buyer = await customer(order, settlement=None)
    await prepaid(order, buyer, "999.99")
    placed = await placed_order(order, buyer)
    await reviewed_order(order, placed)
    (event,) = [
        each
        for each in await order.published("crm.order.order.awaiting_funds.v1")
        if str(each["aggregate_id"]) == placed["id"]
    ]
    assert event["data"]["short"] == money("0.01")


async def test_credit_is_used_up_to_the_limit_and_no_further(order: ServiceUnderTest) -> None:
    """S166, S167."""
    buyer = await customer(order, "credit", limit="1500.00")
    first = await approved_order(order, buyer)
    assert (first["settlement"], first["credit_used"], first["credit_limit"]) == (
        "credit",
        "1000.00",
        "1500.00",
    )
    second = await reviewed_order(order, await placed_order(order, buyer))
    assert second["status"] == "awaiting_funds"
    assert (await account(order, buyer))["committed"] == money("1000.00")
    await assess(order, buyer, "credit", "2000.00", sequence=2)
    assert (await reviewed_order(order, second))["status"] == "approved"
    assert (await account(order, buyer))["committed"] == money("2000.00")


async def test_an_expired_credit_is_none(order: ServiceUnderTest) -> None:
    """S167: the customer is prepaid again."""
    yesterday = date.today() - timedelta(days=2)
    buyer = await customer(order, "credit", limit="9000.00", valid_until=yesterday)
    order_ = await reviewed_order(order, await placed_order(order, buyer))
    assert order_["status"] == "awaiting_funds"


@pytest.mark.parametrize("status", ["lead", "prospect", "registered", "rejected", "lost"])
async def test_only_formal_customers_place_orders(order: ServiceUnderTest, status: str) -> None:
    """S24."""
    buyer = await customer(order, status=status)
    body = {"customer_id": str(buyer), "lines": [line(await product(order))]}
    refused = await send(order, SELLER, "orders", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "customer_may_not_trade")


async def test_a_customer_lost_in_the_meantime_is_found_by_the_review(
    order: ServiceUnderTest,
) -> None:
    """S166: eligibility is checked again."""
    buyer = await customer(order)
    placed = await placed_order(order, buyer)
    gone = CustomerLost(**customer_state(buyer, status="lost"), reason="停业")
    await deliver(order, gone, buyer, 2)
    refused = await try_to_review(order, placed)
    assert refused.json()["code"] == "customer_may_not_trade"
    assert await events_of(order, placed["id"]) == ["placed"]


async def test_who_placed_an_order_does_not_approve_it(order: ServiceUnderTest) -> None:
    """S123: nor does the same person in another role."""
    buyer = await customer(order)
    body = {"customer_id": str(buyer), "lines": [line(await product(order))]}
    placed = await done(order, REVIEWER, "orders", body, name="张三")
    refused = await try_to_review(order, placed, "general_manager", name="张三")
    assert (refused.status_code, refused.json()["code"]) == (403, "own_order")
    assert (await reviewed_order(order, placed, "general_manager"))["status"] == "approved"


async def test_who_changed_an_order_does_not_approve_or_reject_it(order: ServiceUnderTest) -> None:
    """S123: a sales manager who lowers a colleague's price leaves the review to somebody else."""
    placed = await placed_order(order, await customer(order))
    path = f"orders/{placed['id']}"
    cheaper = {"lines": [line(await product(order, listed="1.00"), "10", "1.00")]}
    changed = await done(order, REVIEWER, path, cheaper, seen=placed, method="PATCH", name="张三")
    assert len(changed["authors"]) == 2
    refused = await try_to_review(order, changed, name="张三")
    assert (refused.status_code, refused.json()["code"]) == (403, "own_order")
    reason = {"reason": "价格"}
    refused = await send(order, REVIEWER, f"{path}/reject", reason, seen=changed, name="张三")
    assert (refused.status_code, refused.json()["code"]) == (403, "own_order")
    assert (await reviewed_order(order, changed))["status"] == "approved"


async def test_a_repeated_review_is_one_review(order: ServiceUnderTest) -> None:
    """S165: it holds money, so the same key is the same review; without a key there is none."""
    buyer = await customer(order, settlement=None)
    await prepaid(order, buyer, "2500.00")
    placed = await placed_order(order, buyer)
    path = f"orders/{placed['id']}/approve"
    keyless = await send(order, REVIEWER, path, seen=placed)
    assert keyless.status_code == 400
    first = await send(order, REVIEWER, path, seen=placed, key="review-1")
    again = await send(order, REVIEWER, path, seen=placed, key="review-1")
    assert first.json()["status"] == "approved"
    assert again.content == first.content
    assert again.headers["idempotent-replayed"] == "true"
    (funds,) = (await read(order, f"prepayments?customer_id={buyer}"))["items"]
    assert funds["held"] == money("1000.00")


async def test_an_account_manager_does_not_review(order: ServiceUnderTest) -> None:
    """S123: a permission for each action."""
    placed = await placed_order(order, await customer(order))
    for action in ("approve", "close"):
        path = f"orders/{placed['id']}/{action}"
        refused = await send(order, SELLER, path, seen=placed, name="李四")
        assert refused.status_code == 403


async def test_the_contract_first_type_starts_with_a_contract(order: ServiceUnderTest) -> None:
    """S121."""
    body = {
        "customer_id": str(await customer(order)),
        "chain": "contract_first",
        "lines": [line(await product(order))],
    }
    refused = await send(order, SELLER, "orders", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "contract_needed")


@pytest.mark.parametrize("chain", ["ordinary", "direct_delivery", "invoice_first"])
async def test_the_other_types_may_start_with_an_order(
    order: ServiceUnderTest, chain: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S103, S145, S146."""
    permit(order, monkeypatch)
    placed = await placed_order(order, await customer(order), chain=chain)
    assert (placed["chain"], placed["status"]) == (chain, "placed")


async def test_an_order_needs_a_known_customer_and_products_that_are_sold(
    order: ServiceUnderTest,
) -> None:
    """S120."""
    buyer, sold = await customer(order), await product(order)
    retired = await product(order, status="retired")
    nobody = {"customer_id": str(new_id()), "lines": [line(sold)]}
    refused = await send(order, SELLER, "orders", nobody)
    assert refused.json()["errors"][0]["pointer"] == "/customer_id"
    lines = [line(sold), line(retired), line(new_id())]
    refused = await send(order, SELLER, "orders", {"customer_id": str(buyer), "lines": lines})
    assert [each["pointer"] for each in refused.json()["errors"]] == [
        "/lines/1/product_id",
        "/lines/2/product_id",
    ]


async def test_an_order_has_one_currency(order: ServiceUnderTest) -> None:
    """Decision 10."""
    sold = await product(order)
    lines = [line(sold), line(sold, currency="USD")]
    body = {"customer_id": str(await customer(order)), "lines": lines}
    refused = await send(order, SELLER, "orders", body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/lines/1/unit_price/currency"


async def test_an_order_is_changed_before_its_approval_only(order: ServiceUnderTest) -> None:
    """S123."""
    buyer, sold = await customer(order), await product(order, listed="9.99")
    placed = await placed_order(order, buyer)
    path = f"orders/{placed['id']}"
    body = {"lines": [line(sold, "2", "50.00"), line(sold, "1", "9.99")], "note": "加急"}
    changed = await done(order, SELLER, path, body, seen=placed, method="PATCH")
    assert (changed["total"], changed["note"]) == (money("109.99"), "加急")
    assert changed["customer_id"] == placed["customer_id"]
    stale = await send(order, SELLER, path, {"note": None}, seen=placed, method="PATCH")
    assert stale.status_code == 412
    blind = await send(order, SELLER, path, {"note": None}, method="PATCH")
    assert blind.status_code == 428
    approved = await reviewed_order(order, changed)
    late = await send(order, SELLER, path, {"note": None}, seen=approved, method="PATCH")
    assert (late.status_code, late.json()["code"]) == (409, "order_state")
    assert await read(order, path) == approved


async def test_a_rejected_order_is_changed_and_placed_again(order: ServiceUnderTest) -> None:
    """S123."""
    placed = await placed_order(order, await customer(order))
    path = f"orders/{placed['id']}"
    reason = {"reason": "价格过低"}
    rejected = await done(order, REVIEWER, f"{path}/reject", reason, seen=placed)
    assert (rejected["status"], rejected["reason"]) == ("rejected", "价格过低")
    refused = await try_to_review(order, rejected)
    assert refused.json()["code"] == "order_state"
    again = await done(order, SELLER, path, {"payment_days": 0}, seen=rejected, method="PATCH")
    assert (again["status"], again["reason"]) == ("placed", None)
    assert await events_of(order, placed["id"]) == ["placed", "rejected", "changed"]


async def test_cancelling_releases_what_was_held(order: ServiceUnderTest) -> None:
    """S165."""
    buyer = await customer(order, settlement=None)
    funds = await prepaid(order, buyer, "1500.00")
    approved = await approved_order(order, buyer)
    path = f"orders/{approved['id']}/cancel"
    cancelled = await done(order, SELLER, path, {"reason": "客户取消"}, seen=approved)
    assert cancelled["status"] == "cancelled"
    after = await read(order, f"prepayments/{funds['id']}")
    assert (after["balance"], after["held"]) == (money("1500.00"), money("0.00"))
    assert await events_of(order, funds["id"]) == ["credited", "held", "released"]
    again = await send(order, SELLER, path, {"reason": "再次"}, seen=cancelled)
    assert again.status_code == 409


async def test_cancelling_ends_the_commitment(order: ServiceUnderTest) -> None:
    """S167."""
    buyer = await customer(order, "credit", limit="1000.00")
    approved = await approved_order(order, buyer)
    path = f"orders/{approved['id']}/cancel"
    await done(order, SELLER, path, {"reason": "客户取消"}, seen=approved)
    assert (await account(order, buyer))["committed"] == money("0.00")
    await approved_order(order, buyer)


async def test_an_order_shows_how_far_each_line_is(order: ServiceUnderTest) -> None:
    """S137, S142: partial deliveries; S123: closed when billed as delivered."""
    sold = await product(order)
    buyer = await customer(order)
    approved = await approved_order(order, buyer, line(sold, "10"), line(sold, "5"))
    order_id = approved["id"]
    parts = [part(approved, "4"), part(approved, "5", 1)]
    sent = await shipped(order, await drafted_delivery(order, lines=parts))
    one = {"delivery_id": sent["id"], "delivery_line_id": sent["lines"][0]["id"], "quantity": "1"}
    await issued(order, await drafted_invoice(order, lines=[one]))
    now = await read(order, f"orders/{order_id}")
    assert now["status"] == "partly_delivered"
    assert [(each["delivered"], each["to_deliver"], each["invoiced"]) for each in now["lines"]] == [
        ("4.0000", "6.0000", "1.0000"),
        ("5.0000", "0.0000", "0.0000"),
    ]
    assert (await account(order, buyer))["committed"] == money("1400.00")
    early = await send(order, REVIEWER, f"orders/{order_id}/close", seen=now)
    assert early.json()["code"] == "order_unsettled"
    await invoiced(order, sent)
    now = await read(order, f"orders/{order_id}")
    closed = await done(order, REVIEWER, f"orders/{order_id}/close", seen=now)
    assert closed["status"] == "closed"
    assert (await account(order, buyer))["committed"] == money("0.00")
    assert await events_of(order, order_id) == [
        *("placed", "approved", "progressed", "progressed", "progressed"),
        "closed",
    ]


async def test_orders_are_listed_page_by_page(order: ServiceUnderTest) -> None:
    """Every order once, whatever the filter and sort."""
    buyer = await customer(order)
    ids = [(await placed_order(order, buyer))["id"] for _ in range(5)]
    await reviewed_order(order, await read(order, f"orders/{ids[2]}"))
    for sort in ("created", "ordered", "number"):
        found: list[str] = []
        path = f"orders?customer_id={buyer}&page_size=2&sort={sort}"
        page = await read(order, path)
        while True:
            found += [each["id"] for each in page["items"]]
            if page["next_page_token"] is None:
                break
            page = await read(order, f"{path}&page_token={page['next_page_token']}")
        assert found == ids
    page = await read(order, f"orders?customer_id={buyer}&status=approved")
    assert [each["id"] for each in page["items"]] == [ids[2]]
    page = await read(order, f"orders?customer_id={buyer}&chain=invoice_first")
    assert page["items"] == []
