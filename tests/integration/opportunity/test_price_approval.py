"""The chain of a price list: proposed, adjusted by finance, approved by both heads (S110)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from tests.support.opportunity import (
    etag,
    on_approval,
    price,
    price_list,
    product,
    propose,
    steps,
    succeeded,
    today,
)
from tests.support.services import ServiceUnderTest

APPROVALS = "/v1/approvals/opportunity"
PROCESS = f"{APPROVALS}/processes/price_list"
Body = dict[str, Any]


async def _proposed(service: ServiceUnderTest, amount: str = "5.00") -> Body:
    draft = await price_list(service, [price(await product(service), amount)], approved=False)
    return succeeded(await propose(service, draft))


async def _read(service: ServiceUnderTest, listed: Body) -> Body:
    async with service.client("finance") as client:
        return succeeded(await client.get(f"/v1/price-lists/{listed['id']}"))


async def _prices(service: ServiceUnderTest, listed: Body) -> list[Body]:
    async with service.client("finance") as client:
        found = await client.get(f"/v1/price-lists/{listed['id']}/prices")
    return list(succeeded(found)["items"])


async def _approval(service: ServiceUnderTest, listed: Body) -> Body:
    async with service.client("finance") as client:
        query = {"document_id": listed["id"]}
        newest = succeeded(await client.get(APPROVALS, params=query))["items"][0]
        return succeeded(await client.get(f"{APPROVALS}/{newest['id']}"))


async def _adjust(
    service: ServiceUnderTest,
    listed: Body,
    amount: str,
    *roles: str,
    name: str = "",
    **fields: Any,
) -> httpx.Response:
    """Other prices for the products that stand there."""
    anew = [
        {"product_id": each["product_id"], "unit_price": {"amount": amount, "currency": "CNY"}}
        for each in await _prices(service, listed)
    ]
    body = {"effective_on": str(today()), "prices": anew} | fields
    async with service.client(*(roles or ("finance",)), name=name) as client:
        path = f"/v1/price-lists/{listed['id']}/adjust"
        return await client.post(path, json=body, headers=etag(listed))


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def _approve(service: ServiceUnderTest, listed: Body, roles: Sequence[str]) -> None:
    for role in roles:
        succeeded(await on_approval(service, listed, "approve", role))


@pytest.fixture
async def process(opportunity: ServiceUnderTest) -> Any:
    """Put definitions in force; afterwards the shipped one is again."""

    async def adopt(*steps: Body) -> None:
        async with opportunity.client("administrator") as client:
            present = succeeded(await client.get(PROCESS))
            body = {"routes": [{"steps": steps}]}
            succeeded(await client.put(PROCESS, json=body, headers=etag(present)))

    async with opportunity.client("administrator") as client:
        shipped = succeeded(await client.get(PROCESS))
    yield adopt
    await adopt(*shipped["routes"][0]["steps"])


async def test_prices_go_from_finance_to_both_heads(opportunity: ServiceUnderTest) -> None:
    """S110: in this order, and only the last word puts them in force."""
    listed = await _proposed(opportunity)
    assert listed["status"] == "proposed"
    early = await on_approval(opportunity, listed, "approve", "general_manager")
    assert _code(early) == (403, "approval_not_asked")
    await _approve(opportunity, listed, ("finance", "deputy_general_manager"))
    assert (await _read(opportunity, listed))["status"] == "proposed"
    await _approve(opportunity, listed, ["general_manager"])
    approved = await _read(opportunity, listed)
    assert approved["status"] == "approved"
    assert approved["approved_by"] == str(opportunity.people["general_manager"])
    approval = await _approval(opportunity, listed)
    assert [each["step_name"] for each in approval["opinions"]] == [
        "finance",
        "deputy_general_manager",
        "general_manager",
    ]
    assert await steps(opportunity, listed) == ["drafted", "proposed", "effective"]


async def test_what_finance_adjusted_is_what_the_heads_approve(
    opportunity: ServiceUnderTest,
) -> None:
    """S110: the adjustment is the word of finance; who adjusted is an author from then on."""
    listed = await _proposed(opportunity, "5.00")
    before = await _approval(opportunity, listed)
    adjusted = succeeded(await _adjust(opportunity, listed, "5.50", comment="成本上涨"))
    assert adjusted["status"] == "finance_adjusted"
    assert str(opportunity.people["finance"]) in adjusted["authors"]
    after = await _approval(opportunity, listed)
    assert after["content_hash"] != before["content_hash"]
    assert after["step_name"] == "deputy_general_manager"
    assert (after["opinions"][0]["verdict"], after["opinions"][0]["comment"]) == (
        "adjust",
        "成本上涨",
    )
    await _approve(opportunity, listed, ("deputy_general_manager", "general_manager"))
    assert (await _read(opportunity, listed))["status"] == "approved"
    (found,) = await _prices(opportunity, listed)
    assert found["unit_price"]["amount"] == "5.50"
    assert await steps(opportunity, listed) == ["drafted", "proposed", "adjusted", "effective"]


async def test_authors_and_who_adjusted_do_not_approve(opportunity: ServiceUnderTest) -> None:
    """S110: whoever wrote, proposed or adjusted, in whatever role."""
    draft = await price_list(
        opportunity, [price(await product(opportunity), "5.00")], approved=False
    )
    author, adjuster = "提价的财务总监", "调价的副总经理"
    body = {"effective_on": str(today()), "prices": [price(await product(opportunity), "4.00")]}
    async with opportunity.client("finance", "sales_manager", name=author) as client:
        path = f"/v1/price-lists/{draft['id']}"
        draft = succeeded(await client.put(f"{path}/prices", json=body, headers=etag(draft)))
        listed = succeeded(await client.post(f"{path}/propose", headers=etag(draft)))
    own = await on_approval(opportunity, listed, "approve", "finance", name=author)
    also = await _adjust(opportunity, listed, "3.00", "finance", name=author)
    assert [_code(own), _code(also)] == [(403, "approver_is_author")] * 2
    roles = ("finance", "deputy_general_manager")
    succeeded(await _adjust(opportunity, listed, "3.00", *roles, name=adjuster))
    again = await on_approval(opportunity, listed, "approve", roles[1], name=adjuster)
    assert _code(again) == (403, "approver_is_author")


async def test_nothing_is_adjusted_before_it_is_proposed_or_after_somebody_agreed(
    opportunity: ServiceUnderTest,
) -> None:
    """S110."""
    prices = [price(await product(opportunity), "5.00")]
    draft = await price_list(opportunity, prices, approved=False)
    assert _code(await _adjust(opportunity, draft, "6.00")) == (409, "price_list_state")
    listed = succeeded(await propose(opportunity, draft))
    other = await _adjust(opportunity, listed, "6.00", currency="USD")
    powerless = await _adjust(opportunity, listed, "6.00", "sales_manager", "general_manager")
    assert (other.status_code, powerless.status_code) == (422, 403)
    await _approve(opportunity, listed, ["finance"])
    late = await _adjust(opportunity, listed, "6.00", name="另一位财务")
    assert _code(late) == (409, "not_adjustable")
    assert (await _prices(opportunity, listed))[0]["unit_price"]["amount"] == "5.00"
    async with opportunity.client("sales_manager") as client:
        body = {"effective_on": str(today()), "prices": prices}
        path = f"/v1/price-lists/{listed['id']}/prices"
        final = await client.put(path, json=body, headers=etag(listed))
        twice = await client.post(f"/v1/price-lists/{listed['id']}/propose", headers=etag(listed))
    assert [_code(final), _code(twice)] == [(409, "price_list_state")] * 2


async def test_two_adjustments_at_once_have_one_effect(opportunity: ServiceUnderTest) -> None:
    """S110: and so have an adjustment and an agreement."""
    listed = await _proposed(opportunity)
    answers = await asyncio.gather(
        _adjust(opportunity, listed, "6.00"),
        _adjust(opportunity, listed, "7.00", name="另一位财务"),
    )
    assert sorted(each.status_code for each in answers) == [200, 412]
    listed = await _proposed(opportunity)
    adjusted, agreed = await asyncio.gather(
        _adjust(opportunity, listed, "6.00"),
        on_approval(opportunity, listed, "approve", "finance", name="另一位财务"),
    )
    assert sorted((adjusted.is_success, agreed.is_success)) == [False, True]
    (found,) = await _prices(opportunity, listed)
    assert found["unit_price"]["amount"] == ("6.00" if adjusted.is_success else "5.00")


async def test_what_is_returned_is_written_anew_and_what_is_rejected_is_not(
    opportunity: ServiceUnderTest,
) -> None:
    """S110."""
    listed = await _proposed(opportunity)
    succeeded(await on_approval(opportunity, listed, "return", "finance", comment="请说明成本依据"))
    draft = await _read(opportunity, listed)
    assert draft["status"] == "draft"
    listed = succeeded(await propose(opportunity, draft))
    await on_approval(opportunity, listed, "withdraw", "sales_manager")
    draft = await _read(opportunity, listed)
    listed = succeeded(await propose(opportunity, draft))
    succeeded(await on_approval(opportunity, listed, "reject", "finance", comment="低于成本"))
    rejected = await _read(opportunity, listed)
    assert rejected["status"] == "rejected"
    assert _code(await propose(opportunity, rejected)) == (409, "price_list_state")
    found = await steps(opportunity, listed)
    assert found == ["drafted", *("proposed", "returned") * 2, "proposed", "rejected"]


async def test_another_chain_may_be_adopted(opportunity: ServiceUnderTest, process: Any) -> None:
    """S110, S219: the steps are data; with finance last nobody would look at what it adjusts."""
    voice = {"name": "manager", "roles": ["sales_manager"]}
    finance = {"name": "finance", "permissions": ["price_list.adjust"]}
    await process(
        {"name": "manager", "mode": "single", "voices": [voice]},
        {"name": "finance", "mode": "single", "voices": [finance]},
    )
    listed = await _proposed(opportunity)
    succeeded(await on_approval(opportunity, listed, "approve", "sales_manager", name="另一位经理"))
    assert _code(await _adjust(opportunity, listed, "6.00")) == (409, "not_adjustable")
    powerless = await on_approval(opportunity, listed, "approve", "finance")
    assert powerless.status_code == 403  # who has the last word may approve price lists
