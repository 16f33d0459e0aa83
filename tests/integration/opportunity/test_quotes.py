"""Quotes: for projects alone, at list prices, in immutable revisions, accepted once."""

from __future__ import annotations

import asyncio
from typing import Any

from shared.domain.ids import new_id
from tests.support.opportunity import (
    approved_quote,
    draft_quote,
    etag,
    line,
    listed_product,
    money,
    on_quote,
    open_opportunity,
    price,
    price_list,
    product,
    project,
    steps,
    succeeded,
    today,
)
from tests.support.services import ServiceUnderTest


async def _read(service: ServiceUnderTest, quote: dict[str, Any]) -> dict[str, Any]:
    async with service.client("account_manager") as client:
        return succeeded(await client.get(f"/v1/quotes/{quote['id']}"))


async def test_a_quote_is_drafted_from_the_price_list(opportunity: ServiceUnderTest) -> None:
    """S101, S107: product, price, payment terms; the list price is fixed in the line."""
    breaker = await listed_product(opportunity, "100.00")
    cable = await listed_product(opportunity, "0.35")
    found = await project(opportunity)
    drafted = await draft_quote(
        opportunity,
        [
            line(breaker, "3", discount="0.02"),
            line(cable, "1000.5", unit_price=money("0.34")),
            line(cable, "0.5"),
        ],
        opportunity_id=found["id"],
        chain="ordinary",
        payment_terms="货到 30 天付款",
        payment_days=30,
    )
    assert await _read(opportunity, drafted) == drafted
    assert (drafted["revision"], drafted["status"]) == (1, "draft")
    assert drafted["project_number"] == found["number"]
    assert (drafted["branch"], drafted["region"]) == (found["branch"], found["region"])
    assert drafted["valid_until"] == str(today(30))
    shown = [
        (each["list_price"], each["unit_price"], each["discount"], each["amount"])
        for each in drafted["lines"]
    ]
    assert shown == [
        (money("100.00"), money("98.00"), "0.020000", money("294.00")),
        (money("0.35"), money("0.34"), "0.028572", money("340.17")),
        (money("0.35"), money("0.35"), "0.000000", money("0.18")),
    ]
    assert drafted["list_total"] == money("650.36")
    assert drafted["total"] == money("634.35")
    assert await steps(opportunity, drafted) == ["drafted"]


async def test_only_a_registered_project_is_quoted_for(opportunity: ServiceUnderTest) -> None:
    """S76."""
    breaker = await listed_product(opportunity)
    unregistered = await open_opportunity(opportunity)
    lost = await project(opportunity)
    async with opportunity.client("account_manager") as client:
        path = f"/v1/opportunities/{lost['id']}/lose"
        succeeded(await client.post(path, json={"reason": "价格"}))
        codes = []
        for opportunity_id in (unregistered["id"], lost["id"], str(new_id())):
            body = {"opportunity_id": opportunity_id, "lines": [line(breaker)]}
            codes.append((await client.post("/v1/quotes", json=body)).json()["code"])
    assert codes == ["project_not_registered", "opportunity_state", "not_found"]


async def test_lines_are_refused_with_the_place_of_the_mistake(
    opportunity: ServiceUnderTest,
) -> None:
    """S101, S119."""
    breaker, unlisted = await listed_product(opportunity), await product(opportunity)
    retired = await product(opportunity)
    async with opportunity.client("sales_manager") as client:
        path = f"/v1/products/{retired['id']}/retire"
        succeeded(await client.post(path, headers=etag(retired)))
    found = await project(opportunity)
    lines = [
        line(breaker),
        line({"id": str(new_id())}),
        line(retired),
        line(unlisted),
        line(unlisted, discount="0.01"),
        line(breaker, unit_price=money("1.00", "USD")),
    ]
    async with opportunity.client("account_manager") as client:

        async def refused(*lines: dict[str, Any]) -> dict[str, Any]:
            body = {"opportunity_id": found["id"], "lines": list(lines)}
            answer = await client.post("/v1/quotes", json=body)
            assert answer.status_code == 422, answer.text
            return answer.json()

        problem = await refused(*lines)
        both = await refused(line(breaker, unit_price=money("1.00"), discount="0.01"))
        huge = await refused(line(breaker, "999999999999", unit_price=money("100.01")))
        large = await refused(
            *(line(breaker, "900000000000", unit_price=money("99.99")) for _ in range(2))
        )
        beyond = await refused(
            line(unlisted, "999999999999.9999", unit_price=money("99999999999999.99"))
        )
        await refused()
    assert [(each["pointer"], each["code"]) for each in problem["errors"]] == [
        ("/lines/1/product_id", "unknown_product"),
        ("/lines/2/product_id", "product_retired"),
        ("/lines/3/unit_price", "no_list_price"),
        ("/lines/4/unit_price", "no_list_price"),
        ("/lines/5/unit_price/currency", "other_currency"),
    ]
    assert both["errors"][0]["code"] == "price_and_discount"
    assert huge["code"] == large["code"] == beyond["code"] == "invalid_lines"


async def test_a_draft_can_be_changed_a_submitted_revision_cannot(
    opportunity: ServiceUnderTest,
) -> None:
    """S108: its content is final."""
    breaker = await listed_product(opportunity, "200.00")
    drafted = await draft_quote(opportunity, [line(breaker, "2", discount="0.05")])
    path = f"/v1/quotes/{drafted['id']}"
    async with opportunity.client("account_manager") as client:
        changed = succeeded(
            await client.patch(path, json={"payment_days": 60}, headers=etag(drafted))
        )
        stale = await client.patch(path, json={"payment_days": 1}, headers=etag(drafted))
        submitted = succeeded(await client.post(f"{path}/submit", headers=etag(changed)))
        final = await client.patch(path, json={"payment_days": 1}, headers=etag(submitted))
        twice = await client.post(f"{path}/submit", headers=etag(submitted))
    assert (changed["payment_days"], changed["total"]) == (60, money("380.00"))
    assert changed["content_hash"] != drafted["content_hash"]
    assert submitted["content_hash"] == changed["content_hash"]
    assert stale.status_code == 412
    for answer in (final, twice):
        assert (answer.status_code, answer.json()["code"]) == (409, "quote_final")
    assert await steps(opportunity, drafted) == ["drafted", "changed", "submitted"]


async def test_an_edit_after_approval_is_a_new_revision_without_approval(
    opportunity: ServiceUnderTest,
) -> None:
    """S108: approve, then edit, voids."""
    breaker = await listed_product(opportunity)
    approved = await approved_quote(opportunity, [line(breaker, "1", discount="0.07")])
    revised = succeeded(
        await on_quote(opportunity, approved, "revise", lines=[line(breaker, "1", discount="0.30")])
    )
    assert (revised["number"], revised["revision"]) == (approved["number"], 2)
    assert (revised["status"], revised["approved_by"]) == ("draft", None)
    assert (await _read(opportunity, approved))["status"] == "superseded"
    for step in ("accept", "send"):
        refused = await on_quote(opportunity, revised, step)
        assert (refused.status_code, refused.json()["code"]) == (409, "quote_state")
    old = await on_quote(opportunity, await _read(opportunity, approved), "accept")
    assert (old.status_code, old.json()["code"]) == (409, "quote_state")
    submitted = succeeded(await on_quote(opportunity, revised, "submit"))
    assert submitted["required_role"] == "general_manager"
    async with opportunity.client("account_manager") as client:
        revisions = succeeded(await client.get("/v1/quotes", params={"number": approved["number"]}))
    assert [(each["revision"], each["status"]) for each in revisions["items"]] == [
        (2, "in_approval"),
        (1, "superseded"),
    ]
    assert await steps(opportunity, approved) == [
        "drafted",
        "submitted",
        "approved",
        "superseded",
    ]


async def test_a_revision_keeps_what_is_not_changed(opportunity: ServiceUnderTest) -> None:
    """S101."""
    breaker = await listed_product(opportunity, "50.00")
    approved = await approved_quote(
        opportunity,
        [line(breaker, "4", discount="0.01"), line(breaker, "1", unit_price=money("49.50"))],
        payment_terms="预付三成",
        payment_days=15,
    )
    revised = succeeded(await on_quote(opportunity, approved, "revise", valid_until=str(today(9))))
    kept = ("payment_terms", "payment_days", "chain", "total", "list_total", "discount")
    assert [revised[name] for name in kept] == [approved[name] for name in kept]
    assert revised["valid_until"] == str(today(9))
    assert revised["content_hash"] != approved["content_hash"]


async def test_a_draft_in_hand_and_an_accepted_quote_are_not_revised(
    opportunity: ServiceUnderTest,
) -> None:
    breaker = await listed_product(opportunity)
    drafted = await draft_quote(opportunity, [line(breaker)])
    accepted = succeeded(
        await on_quote(opportunity, await approved_quote(opportunity, [line(breaker)]), "accept")
    )
    for quote in (drafted, accepted):
        refused = await on_quote(opportunity, quote, "revise", payment_days=1)
        assert (refused.status_code, refused.json()["code"]) == (409, "quote_state")


async def test_a_copy_is_a_draft_of_its_own_without_approval(
    opportunity: ServiceUnderTest,
) -> None:
    """S108: copying voids the approval."""
    breaker = await listed_product(opportunity)
    approved = await approved_quote(opportunity, [line(breaker, "1", discount="0.20")])
    another = await project(opportunity)
    copied = succeeded(await on_quote(opportunity, approved, "copy", opportunity_id=another["id"]))
    assert copied["number"] != approved["number"]
    assert (copied["revision"], copied["status"], copied["copy_of_id"]) == (
        1,
        "draft",
        approved["id"],
    )
    assert (copied["approved_by"], copied["approved_hash"]) == (None, None)
    assert copied["project_number"] == another["number"]
    assert copied["total"] == approved["total"]
    assert copied["content_hash"] != approved["content_hash"]
    assert (await on_quote(opportunity, copied, "accept")).status_code == 409


async def test_a_draft_priced_by_an_old_list_is_priced_anew_before_it_goes_out(
    opportunity: ServiceUnderTest,
) -> None:
    """S108: discounts are measured by the list that is in force."""
    breaker = await listed_product(opportunity, "100.00")
    drafted = await draft_quote(
        opportunity, [line(breaker, "1", discount="0.02"), line(breaker, "1"), line(breaker)]
    )
    stated = await draft_quote(opportunity, [line(breaker, unit_price=money("98.00"))])
    await price_list(opportunity, [price(breaker, "200.00")])
    for quote in (drafted, stated):
        refused = await on_quote(opportunity, quote, "submit")
        assert (refused.status_code, refused.json()["code"]) == (409, "price_list_changed")
    async with opportunity.client("account_manager") as client:
        repriced = [
            succeeded(await client.patch(f"/v1/quotes/{each['id']}", json={}, headers=etag(each)))
            for each in (drafted, stated)
        ]
    assert repriced[0]["total"] == money("596.00")
    assert (repriced[1]["total"], repriced[1]["discount"]) == (money("98.00"), "0.510000")
    submitted = [
        succeeded(await on_quote(opportunity, each, "submit"))["required_role"] for each in repriced
    ]
    assert submitted == ["account_manager", "general_manager"]


async def test_a_quote_goes_out_and_is_accepted_with_all_a_contract_needs(
    opportunity: ServiceUnderTest,
) -> None:
    """S101, S100: and its opportunity enters the last stage."""
    breaker = await listed_product(opportunity, "100.00", cost_price=money("61.23"))
    found = await project(opportunity)
    approved = await approved_quote(
        opportunity,
        [line(breaker, "3", discount="0.02")],
        opportunity_id=found["id"],
        payment_terms="货到付款",
        payment_days=7,
    )
    sent = succeeded(await on_quote(opportunity, approved, "send"))
    accepted = succeeded(await on_quote(opportunity, sent, "accept"))
    assert (sent["status"], accepted["status"]) == ("sent", "accepted")
    again = await on_quote(opportunity, accepted, "accept")
    declined = await on_quote(opportunity, accepted, "decline", reason="反悔")
    assert (again.status_code, declined.status_code) == (409, 409)
    (event,) = [
        each["data"]
        for each in await opportunity.published("crm.opportunity.quote.accepted.v1")
        if each["data"]["quote_id"] == accepted["id"]
    ]
    assert event["project_number"] == found["number"]
    assert event["customer_id"] == found["customer_id"]
    assert (event["total"], event["list_total"]) == (money("294.00"), money("300.00"))
    assert (event["payment_terms"], event["payment_days"]) == ("货到付款", 7)
    assert (event["chain"], event["discount"]) == ("contract_first", "0.020000")
    (quoted,) = event["lines"]
    assert (quoted["product_code"], quoted["quantity"]) == (breaker["code"], "3.0000")
    assert (quoted["list_price"], quoted["unit_price"]) == (money("100.00"), money("98.00"))
    assert "61.23" not in str(await opportunity.published("crm.opportunity.quote.%"))
    async with opportunity.client("account_manager") as client:
        read = succeeded(await client.get(f"/v1/opportunities/{found['id']}"))
    assert (read["status"], read["stage"]) == ("open", "closing")
    assert await steps(opportunity, found) == ["opened", "registered", "stage_changed"]


async def test_a_declined_quote_can_be_followed_by_a_better_one(
    opportunity: ServiceUnderTest,
) -> None:
    breaker = await listed_product(opportunity)
    approved = await approved_quote(opportunity, [line(breaker)])
    declined = succeeded(await on_quote(opportunity, approved, "decline", reason="太贵"))
    assert (declined["status"], declined["reason"]) == ("declined", "太贵")
    refused = await on_quote(opportunity, declined, "accept")
    revised = succeeded(
        await on_quote(opportunity, declined, "revise", lines=[line(breaker, discount="0.01")])
    )
    assert refused.status_code == 409
    assert (revised["revision"], revised["status"]) == (2, "draft")


async def test_of_two_acceptances_at_once_one_counts(opportunity: ServiceUnderTest) -> None:
    """S101: converted once."""
    breaker = await listed_product(opportunity)
    approved = await approved_quote(opportunity, [line(breaker)])
    answers = await asyncio.gather(
        *(
            on_quote(opportunity, approved, "accept", "sales_manager", name=name)
            for name in ("甲", "乙")
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert (await steps(opportunity, approved)).count("accepted") == 1


async def test_an_acceptance_and_a_revision_at_once_do_not_both_count(
    opportunity: ServiceUnderTest,
) -> None:
    """S108."""
    breaker = await listed_product(opportunity)
    for _ in range(5):
        approved = await approved_quote(opportunity, [line(breaker)])
        answers = await asyncio.gather(
            on_quote(opportunity, approved, "accept"),
            on_quote(opportunity, approved, "revise", payment_days=9),
        )
        assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_two_drafts_at_once_get_numbers_of_their_own(opportunity: ServiceUnderTest) -> None:
    breaker, found = await listed_product(opportunity), await project(opportunity)
    drafted = await asyncio.gather(
        *(draft_quote(opportunity, [line(breaker)], opportunity_id=found["id"]) for _ in range(4))
    )
    serials = sorted(int(each["number"][4:]) for each in drafted)
    assert serials == list(range(serials[0], serials[0] + 4))


async def test_quotes_are_listed_by_whom_they_wait_for(opportunity: ServiceUnderTest) -> None:
    """S221: over-authority goes to the higher level."""
    breaker = await listed_product(opportunity)
    found = await project(opportunity)
    waiting = {}
    for discount in ("0.05", "0.08", "0.09"):
        drafted = await draft_quote(
            opportunity, [line(breaker, discount=discount)], opportunity_id=found["id"]
        )
        submitted = succeeded(await on_quote(opportunity, drafted, "submit"))
        waiting[submitted["required_role"]] = submitted["id"]
    async with opportunity.client("general_manager") as client:

        async def listed(**params: str) -> list[str]:
            wanted = {"opportunity_id": found["id"], **params}
            answer = succeeded(await client.get("/v1/quotes", params=wanted))
            return [each["id"] for each in answer["items"]]

        for role, quote_id in waiting.items():
            assert await listed(status="in_approval", required_role=role) == [quote_id]
        assert len(await listed(sort="valid_until")) == 3
        assert await listed(status="draft") == []
    async with opportunity.client("warehouse") as client:
        assert (await client.get("/v1/quotes")).status_code == 403


async def test_quotes_in_another_currency_use_its_price_list(
    opportunity: ServiceUnderTest,
) -> None:
    breaker = await product(opportunity)
    dollars = price(breaker, "1.00") | {"unit_price": money("14.00", "USD")}
    await price_list(opportunity, [dollars], currency="USD")
    drafted = await draft_quote(opportunity, [line(breaker, "2")], currency="USD")
    assert drafted["total"] == money("28.00", "USD")
    assert drafted["lines"][0]["standard"] is True


async def test_a_quote_in_yen_has_no_fractions(opportunity: ServiceUnderTest) -> None:
    """S101: line, price after discount and totals are whole yen."""
    breaker = await product(opportunity, cost_price=money("60.00", "JPY"))
    yen = price(breaker, "1.00") | {"unit_price": money("105.00", "JPY")}
    await price_list(opportunity, [yen], currency="JPY")
    lines = [line(breaker, "1.5", discount="0.02"), line(breaker, "0.5")]
    drafted = await draft_quote(opportunity, lines, currency="JPY")
    first, second = drafted["lines"]
    assert (first["unit_price"], first["amount"]) == (
        money("103.00", "JPY"),
        money("154.00", "JPY"),
    )
    assert second["amount"] == money("53.00", "JPY")  # 52.5
    assert drafted["list_total"] == money("211.00", "JPY")  # 157.5 and 52.5, each rounded
    assert drafted["total"] == money("207.00", "JPY")
    async with opportunity.client("general_manager") as client:
        margin = succeeded(await client.get(f"/v1/quotes/{drafted['id']}/margin"))
    assert margin["cost"] == money("120.00", "JPY")
