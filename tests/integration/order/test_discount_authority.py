"""Discount authority on orders, contracts and direct deliveries: no way around it by typing a price
where no quote was approved."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from shared.domain.ids import new_id
from shared.events.opportunity import DiscountBand, DiscountPolicyAdopted, PriceListEffective
from tests.support.fulfilment import STOREKEEPER, drafted_delivery
from tests.support.opportunity import deliver, money, today
from tests.support.order import (
    REVIEWER,
    SELLER,
    Body,
    call,
    countersigned_contract,
    customer,
    done,
    drafted_contract,
    line,
    placed_order,
    product,
    put_on_the_list,
    read,
    reviewed_order,
    send,
    submitted_contract,
    try_to_review,
)
from tests.support.services import ServiceUnderTest

CHAIN = ["sales_manager", "deputy_general_manager", "general_manager"]
BANDS = [
    ("98.00", "account_manager", None),
    ("97.99", "sales_manager", "sales_manager"),
    ("95.00", "sales_manager", "sales_manager"),
    ("94.99", "deputy_general_manager", "deputy_general_manager"),
    ("92.00", "deputy_general_manager", "deputy_general_manager"),
    ("91.99", "general_manager", "general_manager"),
]


def beyond(answer: httpx.Response, required: str) -> None:
    """The answer to somebody whose authority does not suffice."""
    told = answer.json()
    assert (answer.status_code, told["code"]) == (403, "authority_exceeded"), told
    assert told["required_role"] == required


@pytest.mark.parametrize(("price", "required", "approver"), BANDS)
async def test_an_order_needs_the_authority_of_its_discount(
    order: ServiceUnderTest, price: str, required: str, approver: str | None
) -> None:
    """S108, S221: each boundary; up to 2 % whoever reviews may approve."""
    sold = await product(order)
    placed = await placed_order(order, await customer(order), line(sold, "10", price))
    assert placed["required_role"] == required
    assert placed["lines"][0]["list_price"] == money("100.00")
    for below in ["finance", *CHAIN[: CHAIN.index(approver)]] if approver else []:
        beyond(await try_to_review(order, placed, below), required)
    approved = await reviewed_order(order, placed, approver or "finance")
    assert (approved["status"], approved["approved_role"]) == ("approved", approver)
    assert approved["own_authority"] is (approver is None)


async def test_a_big_discount_is_not_split_into_small_lines(order: ServiceUnderTest) -> None:
    """S108: nine lines at the list price do not hide the tenth, nor do ten small ones the sum."""
    sold = await product(order)
    buyer = await customer(order)
    hidden = [*[line(sold, "100")] * 9, line(sold, "1", "91.00")]
    placed = await placed_order(order, buyer, *hidden)
    assert (placed["required_role"], placed["discount"]) == ("general_manager", "0.090000")
    beyond(await try_to_review(order, placed), "general_manager")
    many = await placed_order(order, buyer, *[line(sold, "1", "94.00")] * 10)
    assert (many["required_role"], many["discount"]) == ("deputy_general_manager", "0.060000")
    beyond(await try_to_review(order, many), "deputy_general_manager")


async def test_price_and_discount_add_up(order: ServiceUnderTest) -> None:
    """S108: 3 % as a price and 3 % as a discount are 5.91 %."""
    sold = await product(order)
    both = line(sold, "1", "97.00", discount="0.03")
    placed = await placed_order(order, await customer(order), both)
    assert (placed["required_role"], placed["discount"]) == ("deputy_general_manager", "0.059100")


async def test_a_product_outside_the_list_needs_the_general_manager(
    order: ServiceUnderTest,
) -> None:
    """S106: however dear it is sold."""
    unlisted = await product(order, listed=None)
    placed = await placed_order(order, await customer(order), line(unlisted, "1", "9999.00"))
    assert (placed["required_role"], placed["lines"][0]["list_price"]) == ("general_manager", None)
    beyond(await try_to_review(order, placed, "deputy_general_manager"), "general_manager")
    await reviewed_order(order, placed, "general_manager")


async def test_another_currency_has_another_list(order: ServiceUnderTest) -> None:
    """S106: 100 dollars are not on the list of yuan."""
    sold = await product(order)
    buyer = await customer(order)
    dollars = line(sold, "1", "100.00", currency="USD")
    placed = await placed_order(order, buyer, dollars)
    assert placed["required_role"] == "general_manager"
    await put_on_the_list(order, sold, "100.00", "USD")
    assert (await reviewed_order(order, placed))["required_role"] is None


async def test_a_lower_price_from_a_quantity_on_is_no_discount(order: ServiceUnderTest) -> None:
    """S102: the tier that the quantity reaches is what counts."""
    sold = await product(order)
    await put_on_the_list(order, sold, "80.00", minimum_quantity="50")
    buyer = await customer(order)
    few = await placed_order(order, buyer, line(sold, "49.9999", "80.00"))
    many = await placed_order(order, buyer, line(sold, "50", "80.00"))
    assert (few["required_role"], many["required_role"]) == ("general_manager", None)


async def test_an_edit_voids_the_judgement_of_an_order(order: ServiceUnderTest) -> None:
    """S108: who approved what was placed at the list price did not approve what it became."""
    sold = await product(order)
    placed = await placed_order(order, await customer(order), line(sold))
    path = f"orders/{placed['id']}"
    cheaper = {"lines": [line(sold, "10", "50.00")]}
    changed = await done(order, SELLER, path, cheaper, seen=placed, method="PATCH")
    assert (changed["required_role"], changed["discount"]) == ("general_manager", "0.500000")
    stale = await try_to_review(order, placed, "general_manager")
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    beyond(await try_to_review(order, changed), "general_manager")
    approved = await reviewed_order(order, changed, "general_manager")
    late = await send(order, SELLER, path, cheaper, seen=approved, method="PATCH")
    assert (late.status_code, late.json()["code"]) == (409, "order_state")
    assert await read(order, path) == approved


async def test_a_review_and_an_edit_at_once_never_approve_the_edit(
    order: ServiceUnderTest,
) -> None:
    """S108: of the two one wins; an order that is approved has the lines that were judged."""
    sold = await product(order)
    buyer = await customer(order)
    for _ in range(5):
        placed = await placed_order(order, buyer, line(sold))
        path = f"orders/{placed['id']}"
        cheaper = {"lines": [line(sold, "10", "1.00")]}
        review, edit = await asyncio.gather(
            try_to_review(order, placed),
            send(order, SELLER, path, cheaper, seen=placed, method="PATCH"),
        )
        assert sorted((review.is_success, edit.is_success)) == [False, True]
        now = await read(order, path)
        assert (now["status"], now["total"]["amount"]) in {
            ("approved", "1000.00"),
            ("placed", "10.00"),
        }


async def test_a_lack_of_authority_moves_no_money(order: ServiceUnderTest) -> None:
    """S108, S165: the refusal comes before the hold, and the order still waits."""
    buyer = await customer(order, "credit", limit="5000.00")
    placed = await placed_order(order, buyer, line(await product(order), "10", "90.00"))
    beyond(await try_to_review(order, placed), "general_manager")
    assert await read(order, f"orders/{placed['id']}") == placed
    assert (await read(order, f"accounts?customer_id={buyer}"))["items"] == []


async def test_a_new_price_list_is_what_the_approval_is_judged_by(order: ServiceUnderTest) -> None:
    """S108, S110: prices went up between order and review."""
    sold = await product(order)
    placed = await placed_order(order, await customer(order), line(sold))
    assert placed["required_role"] is None
    await put_on_the_list(order, sold, "104.00")
    beyond(await try_to_review(order, placed, "finance"), "sales_manager")
    approved = await reviewed_order(order, placed)
    assert (approved["required_role"], approved["approved_role"]) == (REVIEWER, REVIEWER)
    assert approved["lines"][0]["list_price"] == money("104.00")
    assert approved["price_list_id"] != placed["price_list_id"]


async def test_a_list_that_is_yet_to_come_measures_nothing(order: ServiceUnderTest) -> None:
    """S110: it counts from its day on."""
    sold = await product(order)
    later = PriceListEffective(
        price_list_id=new_id(),
        number="PL9999",
        currency="CNY",
        effective_on=today(1),
        prices=(),
    )
    await deliver(order, later, later.price_list_id)
    placed = await placed_order(order, await customer(order), line(sold))
    assert placed["required_role"] is None


# -- contracts ---------------------------------------------------------------------------------


async def agreed(order: ServiceUnderTest, *lines: Body) -> Body:
    """A contract that waits for its approval."""
    drafted = await drafted_contract(order, await customer(order), *lines)
    return await countersigned_contract(order, await submitted_contract(order, drafted))


async def test_a_contract_needs_the_authority_of_its_discount(order: ServiceUnderTest) -> None:
    """S108, S121: the departments' agreement is no authority over prices."""
    sold = await product(order)
    contract = await agreed(order, line(sold, "10", "91.00"))
    assert (contract["required_role"], contract["discount"]) == ("general_manager", "0.090000")
    path = f"contracts/{contract['id']}/approve"
    refused = await send(order, "deputy_general_manager", path, seen=contract, name="另一位副总")
    beyond(refused, "general_manager")
    approved = await done(order, "general_manager", path, seen=contract)
    assert (approved["status"], approved["approved_role"]) == ("approved", "general_manager")
    smaller = await agreed(order, line(sold, "10", "92.00"))
    path = f"contracts/{smaller['id']}/approve"
    body = await done(order, "deputy_general_manager", path, seen=smaller, name="另一位副总")
    assert body["approved_role"] == "deputy_general_manager"


async def test_an_approved_contract_is_not_edited(order: ServiceUnderTest) -> None:
    """S108: its lines stay what was approved; a rejected one is judged anew when it changes."""
    sold = await product(order)
    contract = await agreed(order, line(sold))
    path = f"contracts/{contract['id']}"
    cheaper = {"lines": [line(sold, "10", "10.00")]}
    early = await send(order, SELLER, path, cheaper, seen=contract, method="PATCH")
    assert (early.status_code, early.json()["code"]) == (409, "contract_state")
    rejected = await done(
        order, "general_manager", f"{path}/reject", {"reason": "价格"}, seen=contract
    )
    changed = await done(order, SELLER, path, cheaper, seen=rejected, method="PATCH")
    assert (changed["status"], changed["required_role"]) == ("draft", "general_manager")
    again = await countersigned_contract(order, await submitted_contract(order, changed))
    refused = await send(
        order, "deputy_general_manager", f"{path}/approve", seen=again, name="另一位副总"
    )
    beyond(refused, "general_manager")
    approved = await done(order, "general_manager", f"{path}/approve", seen=again)
    late = await send(order, SELLER, path, cheaper, seen=approved, method="PATCH")
    assert (late.status_code, late.json()["code"]) == (409, "contract_state")


async def test_orders_under_a_contract_are_not_judged_again(order: ServiceUnderTest) -> None:
    """S121: the contract's approval covers its prices, also for a part of the quantity."""
    sold = await product(order)
    contract = await agreed(order, line(sold, "10", "50.00"))
    path = f"contracts/{contract['id']}"
    contract = await done(order, "general_manager", f"{path}/approve", seen=contract)
    signatures = {"signer": "王总", "customer_signer": "李经理"}
    contract = await done(order, SELLER, f"{path}/sign", signatures, seen=contract)
    under = {"contract_id": contract["id"], "chain": "contract_first"}
    buyer: Any = contract["customer_id"]
    placed = await placed_order(order, buyer, call(contract, "1"), **under)
    assert (placed["discount"], placed["required_role"]) == (None, None)
    assert (await reviewed_order(order, placed, "finance"))["status"] == "approved"


# -- direct deliveries -------------------------------------------------------------------------


async def test_a_direct_delivery_needs_the_authority_of_its_discount(
    order: ServiceUnderTest,
) -> None:
    """S108, S145, S152: of who checks it; at the list price any second person will do."""
    sold = await product(order)
    buyer = str(await customer(order))
    for price, required in (("100.00", None), ("99.00", "account_manager"), ("92.00", CHAIN[1])):
        direct = {"customer_id": buyer, "lines": [line(sold, "10", price)]}
        draft = await drafted_delivery(order, direct=direct)
        assert (draft["required_role"], draft["own_authority"]) == (required, False)
        path = f"deliveries/{draft['id']}/check"
        attempt = await send(order, STOREKEEPER, path, seen=draft, name="另一位仓管")
        if required is None:
            assert attempt.json()["status"] == "checked"
            continue
        beyond(attempt, required)
        checked = await done(order, "deputy_general_manager", path, seen=draft)
        assert checked["approved_role"] == "deputy_general_manager"


async def test_a_seller_gives_2_percent_on_a_direct_delivery_alone(
    order: ServiceUnderTest,
) -> None:
    """S108, S145: the storekeeper who checks needs no authority of his own then."""
    lines = [line(await product(order), "10", "98.00")]
    direct = {"customer_id": str(await customer(order)), "lines": lines}
    draft = await done(order, SELLER, "deliveries", {"direct": direct})
    assert (draft["required_role"], draft["own_authority"]) == ("account_manager", True)
    checked = await done(order, STOREKEEPER, f"deliveries/{draft['id']}/check", seen=draft)
    assert (checked["status"], checked["approved_role"]) == ("checked", None)


# -- policy and lists --------------------------------------------------------------------------


async def test_what_waits_for_whom_is_found(order: ServiceUnderTest) -> None:
    """S221: each role finds the documents that are above those below it."""
    sold = await product(order)
    buyer = await customer(order)
    lines = [line(sold, "1", "93.00")]
    placed = await placed_order(order, buyer, *lines)
    await placed_order(order, buyer, line(sold))
    contract = await drafted_contract(order, buyer, *lines)
    draft = await drafted_delivery(order, direct={"customer_id": str(buyer), "lines": lines})
    for path, document in (("orders", placed), ("contracts", contract), ("deliveries", draft)):
        query = f"{path}?customer_id={buyer}&required_role=deputy_general_manager"
        (found,) = (await read(order, query))["items"]
        assert (found["id"], found["discount"]) == (document["id"], "0.070000")


async def test_the_policy_that_is_adopted_is_the_one_that_counts(order: ServiceUnderTest) -> None:
    """S108: the bands are data, and arrive as an event; what came before stays approved."""
    sold = await product(order)
    buyer = await customer(order)
    before, waiting = [await placed_order(order, buyer, line(sold, "1", "98.00")) for _ in range(2)]
    before = await reviewed_order(order, before, "finance")
    policy_id = new_id()
    bands = (
        DiscountBand(role="account_manager", up_to="0.01"),
        DiscountBand(role="general_manager", up_to=None),
    )
    for version in (1, 2):
        adopted = DiscountPolicyAdopted(
            discount_policy_id=policy_id, bands=bands, non_standard_role="general_manager"
        )
        await deliver(order, adopted, policy_id, version)
    beyond(await try_to_review(order, waiting), "general_manager")
    approved = await reviewed_order(order, waiting, "general_manager")
    assert (before["policy_version"], approved["policy_version"]) == (1, 2)
    assert await read(order, f"orders/{before['id']}") == before
