"""Approval of quotes: authority by discount, by another person, bound to what was approved."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from shared.events.vocabulary import Chain
from tests.support.opportunity import (
    approved_quote,
    draft_quote,
    etag,
    line,
    listed_product,
    money,
    on_quote,
    product,
    steps,
    succeeded,
)
from tests.support.services import ServiceUnderTest

ROLES = ["account_manager", "sales_manager", "deputy_general_manager", "general_manager"]
BOUNDARIES = [
    ("0.02", 0),
    ("0.0201", 1),
    ("0.05", 1),
    ("0.0501", 2),
    ("0.08", 2),
    ("0.0801", 3),
]


async def _submitted(
    service: ServiceUnderTest, *lines: dict[str, Any], **fields: Any
) -> dict[str, Any]:
    drafted = await draft_quote(service, list(lines), **fields)
    return succeeded(await on_quote(service, drafted, "submit"))


async def _check_demand(service: ServiceUnderTest, submitted: dict[str, Any], rank: int) -> None:
    """The role below is refused, the demanded one approves."""
    assert submitted["required_role"] == ROLES[rank]
    if rank == 0:
        assert submitted["status"] == "approved"
        return
    assert submitted["status"] == "in_approval"
    below = ROLES[rank - 1]
    roles = (below, "executive")  # who sees the quotes of others
    refused = await on_quote(service, submitted, "approve", *roles, name=f"另一位{below}")
    assert (refused.status_code, refused.json()["code"]) == (403, "authority_exceeded")
    assert refused.json()["required_role"] == ROLES[rank]
    approved = succeeded(await on_quote(service, submitted, "approve", ROLES[rank], name="批准人"))
    assert (approved["status"], approved["approved_role"]) == ("approved", ROLES[rank])
    assert approved["approved_hash"] == submitted["content_hash"]


@pytest.mark.parametrize(("discount", "rank"), BOUNDARIES)
async def test_the_discount_of_a_line_demands_its_authority(
    opportunity: ServiceUnderTest, discount: str, rank: int
) -> None:
    """S108: one line of many, the total is far below."""
    breaker = await listed_product(opportunity, "100.00")
    submitted = await _submitted(
        opportunity, line(breaker, "1000"), line(breaker, "1", discount=discount)
    )
    await _check_demand(opportunity, submitted, rank)


@pytest.mark.parametrize(("discount", "rank"), BOUNDARIES)
async def test_the_discount_of_the_total_demands_its_authority(
    opportunity: ServiceUnderTest, discount: str, rank: int
) -> None:
    """S108: odd prices and quantities, so that every amount is rounded."""
    parts = [await listed_product(opportunity, amount) for amount in ("0.07", "33.33", "1.99")]
    lines = [line(part, "3.3333", discount=discount) for part in parts]
    await _check_demand(opportunity, await _submitted(opportunity, *lines), rank)


@pytest.mark.parametrize(("discount", "rank"), BOUNDARIES)
async def test_a_stated_price_demands_the_authority_of_its_discount(
    opportunity: ServiceUnderTest, discount: str, rank: int
) -> None:
    """S108."""
    breaker = await listed_product(opportunity, "10000.00")
    price = str((10_000 * (1 - Decimal(discount))).quantize(Decimal("0.01")))
    submitted = await _submitted(opportunity, line(breaker, unit_price=money(price)))
    await _check_demand(opportunity, submitted, rank)


async def test_what_an_author_may_give_away_alone_is_approved_and_recorded_as_such(
    opportunity: ServiceUnderTest,
) -> None:
    """S108, S221: up to 2 % the account manager alone."""
    breaker = await listed_product(opportunity)
    approved = await _submitted(opportunity, line(breaker, discount="0.02"))
    assert approved["own_authority"] is True
    assert approved["approved_by"] == approved["submitted_by"] == approved["authors"][0]
    assert await steps(opportunity, approved) == ["drafted", "submitted", "approved"]
    *_, event = await opportunity.published("crm.opportunity.quote.approved.v1")
    assert event["data"]["own_authority"] is True
    assert event["data"]["approved_by"] == approved["approved_by"]


async def test_nobody_approves_the_own_quote_whatever_the_role(
    opportunity: ServiceUnderTest,
) -> None:
    """S108: not the author, not one who changed it, not the one who submitted it."""
    breaker = await listed_product(opportunity)

    async def as_boss(quote: dict[str, Any], step: str, **body: Any) -> Any:
        return await on_quote(opportunity, quote, step, "general_manager", name="总经理", **body)

    lines = [line(breaker, discount="0.10")]
    drafted = await draft_quote(
        opportunity, lines, by=opportunity.client("general_manager", name="总经理")
    )
    written = succeeded(await on_quote(opportunity, drafted, "submit"))
    touched = await draft_quote(opportunity, lines)
    async with opportunity.client("general_manager", name="总经理") as client:
        path = f"/v1/quotes/{touched['id']}"
        touched = succeeded(
            await client.patch(path, json={"payment_days": 5}, headers=etag(touched))
        )
    touched = succeeded(await on_quote(opportunity, touched, "submit"))
    submitted = succeeded(await as_boss(await draft_quote(opportunity, lines), "submit"))
    for quote in (written, touched, submitted):
        for step, body in (("approve", {}), ("reject", {"reason": "不行"})):
            refused = await as_boss(quote, step, **body)
            assert (refused.status_code, refused.json()["code"]) == (403, "approver_is_author")
        assert (await on_quote(opportunity, quote, "approve", "general_manager")).is_success


async def test_a_product_outside_the_price_list_needs_the_general_manager(
    opportunity: ServiceUnderTest,
) -> None:
    """S106."""
    breaker, special = await listed_product(opportunity), await product(opportunity)
    submitted = await _submitted(
        opportunity, line(breaker, "100"), line(special, unit_price=money("1.00"))
    )
    assert [each["standard"] for each in submitted["lines"]] == [True, False]
    await _check_demand(opportunity, submitted, 3)


async def test_a_rejected_revision_can_be_followed_by_another(
    opportunity: ServiceUnderTest,
) -> None:
    """S108."""
    breaker = await listed_product(opportunity)
    submitted = await _submitted(opportunity, line(breaker, discount="0.06"))
    rejected = succeeded(
        await on_quote(opportunity, submitted, "reject", "general_manager", reason="让利太多")
    )
    assert (rejected["status"], rejected["reason"]) == ("rejected", "让利太多")
    late = await on_quote(opportunity, rejected, "approve", "general_manager")
    assert (late.status_code, late.json()["code"]) == (409, "quote_state")
    lines = [line(breaker, discount="0.02")]
    revised = succeeded(await on_quote(opportunity, rejected, "revise", lines=lines))
    assert succeeded(await on_quote(opportunity, revised, "submit"))["status"] == "approved"


async def test_of_two_approvals_at_once_one_counts(opportunity: ServiceUnderTest) -> None:
    """S108."""
    breaker = await listed_product(opportunity)
    for _ in range(3):
        submitted = await _submitted(opportunity, line(breaker, discount="0.07"))
        answers = await asyncio.gather(
            on_quote(opportunity, submitted, "approve", "general_manager"),
            on_quote(opportunity, submitted, "approve", "deputy_general_manager"),
            on_quote(opportunity, submitted, "reject", "general_manager", name="丙", reason="不"),
        )
        assert sorted(answer.status_code for answer in answers) == [200, 412, 412]


async def test_an_approval_and_an_edit_at_once_leave_no_approved_edit(
    opportunity: ServiceUnderTest,
) -> None:
    """S108: the race of approve and edit."""
    breaker = await listed_product(opportunity)
    worse = [line(breaker, discount="0.50")]
    for _ in range(5):
        submitted = await _submitted(opportunity, line(breaker, discount="0.07"))
        approval, revision = await asyncio.gather(
            on_quote(opportunity, submitted, "approve", "general_manager"),
            on_quote(opportunity, submitted, "revise", lines=worse),
        )
        assert sorted([approval.status_code, revision.status_code]) == [200, 412]
        if revision.is_success:
            assert (revision.json()["status"], revision.json()["approved_by"]) == ("draft", None)
        else:
            assert approval.json()["discount"] == "0.070000"


async def test_approving_needs_the_version_that_was_seen(opportunity: ServiceUnderTest) -> None:
    breaker = await listed_product(opportunity)
    submitted = await _submitted(opportunity, line(breaker, discount="0.07"))
    path = f"/v1/quotes/{submitted['id']}"
    async with opportunity.client("general_manager") as client:
        blind = [
            (await client.post(f"{path}/{step}", json=body)).status_code
            for step, body in (("approve", None), ("reject", {"reason": "不"}), ("accept", None))
        ]
    assert blind == [428, 428, 428]


async def test_content_that_was_tampered_with_is_neither_sent_nor_accepted(
    opportunity: ServiceUnderTest,
) -> None:
    """S108: the approval is bound to a hash of what was approved."""
    breaker = await listed_product(opportunity, "100.00")
    approved = await approved_quote(opportunity, [line(breaker, discount="0.10")])
    statement = "UPDATE quote SET payment_days = $2 WHERE id = $1"
    async with opportunity.db.reading() as conn:
        await conn.exec_driver_sql(statement, (approved["id"], 999))
    for step in ("send", "accept"):
        refused = await on_quote(opportunity, approved, step)
        assert (refused.status_code, refused.json()["code"]) == (409, "content_changed")
    async with opportunity.db.reading() as conn:
        await conn.exec_driver_sql(statement, (approved["id"], 0))
    assert (await on_quote(opportunity, approved, "accept")).is_success


async def test_the_margin_is_shown_before_the_approval_to_those_who_may_see_it(
    opportunity: ServiceUnderTest,
) -> None:
    """S107, S115."""
    breaker = await listed_product(opportunity, "100.00", cost_price=money("60.00"))
    submitted = await _submitted(opportunity, line(breaker, "10", discount="0.08"))
    path = f"/v1/quotes/{submitted['id']}/margin"
    async with opportunity.client("sales_manager") as client:
        margin = succeeded(await client.get(path))
    async with opportunity.client("account_manager") as client:
        refused = await client.get(path)
    assert refused.status_code == 403
    assert margin["cost"] == money("600.00")
    assert (margin["list_margin"], margin["margin"]) == (money("400.00"), money("320.00"))
    assert (margin["given_away"], margin["share"]) == (money("80.00"), "0.347826")
    assert margin["lines"][0]["margin"] == money("320.00")


async def test_a_margin_is_not_invented_where_a_cost_is_unknown(
    opportunity: ServiceUnderTest,
) -> None:
    """S107: also not across currencies."""
    known = await listed_product(opportunity, "10.00", cost_price=money("6.00"))
    foreign = await listed_product(opportunity, "10.00", cost_price=money("1.00", "USD"))
    drafted = await draft_quote(opportunity, [line(known), line(foreign)])
    async with opportunity.client("finance") as client:
        margin = succeeded(await client.get(f"/v1/quotes/{drafted['id']}/margin"))
    assert (margin["cost"], margin["margin"], margin["share"]) == (None, None, None)
    assert [each["margin"] for each in margin["lines"]] == [money("4.00"), None]


async def test_a_quote_of_a_type_that_is_not_permitted_is_not_submitted(
    opportunity: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S103, S121: the business type is the company's decision; another one may be chosen."""
    breaker = await listed_product(opportunity)
    drafted = await draft_quote(opportunity, [line(breaker)], chain="invoice_first")
    refused = await on_quote(opportunity, drafted, "submit")
    told = refused.json()
    assert (refused.status_code, told["code"]) == (409, "chain_not_permitted")
    assert told["permitted"] == ["ordinary", "contract_first", "direct_delivery"]
    settings = opportunity.app.state.context.settings
    monkeypatch.setattr(settings, "chains", tuple(Chain))
    assert succeeded(await on_quote(opportunity, drafted, "submit"))["status"] == "approved"
