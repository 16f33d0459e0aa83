"""Work plans: written, handed in, returned, closed; who sees them (S42, S44, S45, S47)."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from services.opportunity.worker import DEADLINES
from shared.deadlines.runner import DeadlineRunner
from shared.domain.ids import new_id
from tests.support.opportunity import etag, known_customer, steps, succeeded, today
from tests.support.plans import (
    ASSISTANT,
    COLLEAGUE,
    DIRECTOR,
    LEAD,
    OUTSIDER,
    SELLER,
    agreed,
    client,
    closed,
    drafted,
    item,
    monday,
    on_plan,
    organised,
    read,
    say,
    submitted,
)
from tests.support.services import ServiceUnderTest
from tests.support.standing_in import appointed, in_the_name_of

Body = dict[str, Any]


@pytest.fixture(scope="module")
async def company(opportunity: ServiceUnderTest) -> ServiceUnderTest:
    """The service, with a team and a department."""
    return await organised(opportunity)


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def _write(
    service: ServiceUnderTest, plan: Body, *items: Body, by: str = SELLER
) -> httpx.Response:
    async with client(service, by) as own:
        body = {"items": list(items)}
        return await own.put(f"/v1/plans/{plan['id']}", json=body, headers=etag(plan))


async def test_a_plan_goes_from_draft_to_the_archive(company: ServiceUnderTest) -> None:
    """S44, S47: each step is an event with the state after it."""
    month = await agreed(company, "monthly", today().replace(day=1))
    done = succeeded(await closed(company, month, report="本月新增客户三家"))
    assert (done["status"], done["items"][0]["result"]) == ("closed", "已完成")
    filed = succeeded(await on_plan(company, done, "archive", ASSISTANT))
    assert (filed["status"], filed["report"]) == ("archived", "本月新增客户三家")
    assert await steps(company, month) == ["drafted", "submitted", "approved", "closed", "archived"]
    told = (await company.published("crm.opportunity.plan.closed.v1"))[-1]["data"]
    assert told["lead_id"] == str(company.people[LEAD])
    assert told["copied"] == [str(company.people[ASSISTANT])]
    assert "三家" not in str(told)
    assert "拜访" not in str(told)


async def test_what_is_handed_in_after_sunday_is_late(company: ServiceUnderTest) -> None:
    """S44: and stays so when it is returned and handed in again."""
    late = await submitted(company, "weekly", monday(-4))
    early = await submitted(company, "weekly", monday(4))
    assert (late["late"], early["late"]) == (True, False)
    succeeded(await say(company, early, "return", DIRECTOR, comment="请补充回款安排"))
    returned = await read(company, early)
    assert returned["status"] == "returned"
    revised = succeeded(await _write(company, returned, item(category="collection")))
    again = succeeded(await on_plan(company, revised, "submit"))
    assert (again["late"], again["submitted_at"]) == (False, early["submitted_at"])
    succeeded(await say(company, again, "approve", DIRECTOR))
    approved = await read(company, again)
    assert (approved["status"], approved["approved_by"]) == (
        "approved",
        str(company.people[DIRECTOR]),
    )
    final = await _write(company, approved, item())
    assert _code(final) == (409, "plan_state")


async def test_a_plan_that_is_not_handed_in_is_noted_once(company: ServiceUnderTest) -> None:
    """S44: the worker's own loop, within five seconds of the deadline."""
    begun = await drafted(company, "weekly", monday(-5))
    ahead = await drafted(company, "weekly", monday(5))
    stop = asyncio.Event()
    running = asyncio.create_task(DeadlineRunner(company.db, DEADLINES).run(stop))
    await asyncio.sleep(3)
    stop.set()
    await running
    overdue, awaited = await read(company, begun), await read(company, ahead)
    assert overdue["overdue_at"] is not None
    assert awaited["overdue_at"] is None
    handed_in = succeeded(await on_plan(company, overdue, "submit"))
    assert handed_in["late"] is True
    assert await steps(company, begun) == ["drafted", "overdue", "submitted"]
    async with client(company, LEAD) as lead:
        found = succeeded(await lead.get("/v1/plans", params={"overdue": "true"}))
    assert [each["id"] for each in found["items"]] == [begun["id"]]


async def test_what_is_new_in_a_week_says_why(company: ServiceUnderTest) -> None:
    """S45: or stands in the approved monthly plan of the same person for the same days."""
    month = await drafted(
        company, "monthly", monday(8).replace(day=1), item(category="vip"), by=COLLEAGUE
    )
    link = {"category": "vip", "action": "回访", "month_item_id": month["items"][0]["id"]}
    bare = {"category": "key", "action": "拜访"}
    body = {"kind": "weekly", "starts_on": str(monday(8)), "items": [item(), bare]}
    async with client(company, COLLEAGUE) as own:
        unexplained = await own.post("/v1/plans", json=body)
        early = await own.post("/v1/plans", json=body | {"items": [link]})
        succeeded(await on_plan(company, month, "submit", COLLEAGUE))
        succeeded(await say(company, month, "approve", LEAD))
        other = link | {"category": "key"}
        mixed = await own.post("/v1/plans", json=body | {"items": [other]})
        week = succeeded(await own.post("/v1/plans", json=body | {"items": [link, item()]}))
        far = {"kind": "weekly", "starts_on": str(monday(20)), "items": [link]}
        elsewhere = await own.post("/v1/plans", json=far)
        day = await own.post("/v1/plans", json=far | {"kind": "daily"})
    async with client(company, SELLER) as stranger:
        foreign = await stranger.post("/v1/plans", json=body | {"items": [link]})
    assert _code(unexplained) == (422, "unplanned_item")
    assert [each["pointer"] for each in unexplained.json()["errors"]] == [
        f"/items/1/{name}" for name in ("reason", "goal", "scheme", "support")
    ]
    for refused in (early, mixed, elsewhere, day, foreign):
        assert _code(refused) == (422, "invalid_plan")
        assert refused.json()["errors"][0]["pointer"] == "/items/0/month_item_id"
    assert week["items"][0]["month_item_id"] == month["items"][0]["id"]


async def test_a_plan_is_refused_with_the_place_of_the_mistake(company: ServiceUnderTest) -> None:
    """S44, S47."""
    hidden = await known_customer(company, owner_id=company.people[OUTSIDER])
    own_customer = await known_customer(company, owner_id=company.people[SELLER])
    week: Body = {"kind": "weekly", "starts_on": str(monday(30)), "items": []}
    async with client(company, SELLER) as own:
        tuesday = await own.post("/v1/plans", json=week | {"starts_on": "2026-11-24"})
        second = {"kind": "monthly", "starts_on": "2026-11-02", "items": []}
        month = await own.post("/v1/plans", json=second)
        items = [item(customer_id=str(own_customer)), item(customer_id=str(hidden))]
        unseen = await own.post("/v1/plans", json=week | {"items": items})
        empty = succeeded(await own.post("/v1/plans", json=week))
        twice = await own.post("/v1/plans", json=week)
    for refused in (tuesday, month):
        assert refused.json()["errors"][0]["pointer"] == "/starts_on"
    assert _code(unseen) == (422, "unknown_customer")
    assert unseen.json()["errors"][0]["pointer"] == "/items/1/customer_id"
    assert _code(twice) == (409, "plan_exists")
    assert _code(await on_plan(company, empty, "submit")) == (422, "invalid_plan")
    filled = succeeded(await _write(company, empty, items[0]))
    assert filled["items"][0]["customer_id"] == str(own_customer)


async def test_two_plans_for_one_week_at_once_are_one(company: ServiceUnderTest) -> None:
    """S44: and two who submit one at once hand it in once."""
    for week in range(31, 36):
        body = {"kind": "weekly", "starts_on": str(monday(week)), "items": [item()]}
        async with client(company, SELLER) as own:
            answers = await asyncio.gather(*(own.post("/v1/plans", json=body) for _ in range(4)))
        refused = [_code(each) for each in answers if not each.is_success]
        assert refused == [(409, "plan_exists")] * 3
    plan = next(each.json() for each in answers if each.is_success)
    twice = await asyncio.gather(*(on_plan(company, plan, "submit") for _ in range(2)))
    assert sorted(each.status_code for each in twice) == [200, 412]


async def test_a_month_ends_with_results_and_a_report(company: ServiceUnderTest) -> None:
    """S47: every item has its result, and only the own ones."""
    month = await agreed(company, "monthly", monday(40).replace(day=1), item(), item())
    (first, _), report = month["items"], "总结"
    half = [{"item_id": first["id"], "result": "完成"}]
    foreign = [*half, {"item_id": str(new_id()), "result": "完成"}]
    for results in (half, foreign):
        assert _code(await closed(company, month, results=results, report=report)) == (
            422,
            "invalid_plan",
        )
    bare = await closed(company, month)
    assert bare.json()["errors"][0]["pointer"] == "/report"
    assert _code(await on_plan(company, month, "archive", ASSISTANT)) == (409, "plan_state")
    succeeded(await closed(company, month, report=report))


async def test_a_plan_is_its_owners(company: ServiceUnderTest) -> None:
    """S44: who sees it does not write it; a manager who did could not approve it."""
    plan = await drafted(company, "weekly", monday(9))
    assert _code(await _write(company, plan, item(), by=LEAD)) == (403, "not_own_plan")
    assert _code(await on_plan(company, plan, "submit", LEAD)) == (403, "not_own_plan")
    hidden = await _write(company, plan, item(), by=OUTSIDER)
    assert hidden.status_code == 404
    assert (await on_plan(company, plan, "submit", ASSISTANT)).status_code == 403


async def test_plans_are_seen_as_far_as_ones_role_reaches(company: ServiceUnderTest) -> None:
    """S44, S47, S215: own, the department's managers, the assistant; nobody elsewhere."""
    own = await submitted(company, "weekly", monday(11))
    other = await drafted(company, "weekly", monday(12), by=OUTSIDER)
    query = {"kind": "weekly", "since": str(monday(11)), "until": str(monday(12))}
    for name, expected in (
        (SELLER, {own["id"]}),
        (COLLEAGUE, set()),
        (LEAD, {own["id"]}),
        (ASSISTANT, {own["id"]}),
        (OUTSIDER, {other["id"]}),
        (DIRECTOR, {own["id"], other["id"]}),
    ):
        async with client(company, name) as somebody:
            found = succeeded(await somebody.get("/v1/plans", params=query))["items"]
            one = await somebody.get(f"/v1/plans/{own['id']}")
            made = await somebody.get(f"/v1/plans/{own['id']}/attainment")
        assert {each["id"] for each in found} == expected, name
        seen = 200 if own["id"] in expected else 404
        assert (one.status_code, made.status_code) == (seen, seen), name


async def test_plans_are_listed_by_kind_status_owner_and_lateness(
    company: ServiceUnderTest,
) -> None:
    """S44."""
    late = await submitted(company, "weekly", monday(-8))
    day = await drafted(company, "daily", monday(-8))
    days = {"since": str(monday(-8)), "until": str(monday(-8))}
    for query, expected in (
        ({}, {late["id"], day["id"]}),
        ({"kind": "daily"}, {day["id"]}),
        ({"status": "submitted"}, {late["id"]}),
        ({"late": "true"}, {late["id"]}),
        ({"late": "false"}, {day["id"]}),
        ({"owner_id": str(company.people[COLLEAGUE])}, set()),
    ):
        async with client(company, LEAD) as lead:
            found = succeeded(await lead.get("/v1/plans", params=days | query))["items"]
        assert {each["id"] for each in found} == expected, query


async def test_a_day_is_measured_by_what_was_logged(company: ServiceUnderTest) -> None:
    """S42: 5-20-30 unless it is said; what was corrected does not count twice."""
    plan = await drafted(company, "daily", today(), by=COLLEAGUE)
    assert plan["targets"] == {"visits": 5, "calls": 20, "messages": 30}
    customer_id = str(await known_customer(company, owner_id=company.people[COLLEAGUE]))
    visit = {"customer_id": customer_id, "kind": "visit", "result": "advanced"}
    async with client(company, COLLEAGUE) as own:
        first = succeeded(await own.post("/v1/activities", json=visit))
        correction = visit | {"kind": "call", "corrects_id": first["id"]}
        succeeded(await own.post("/v1/activities", json=correction))
        succeeded(await own.post("/v1/activities", json=visit))
        found = succeeded(await own.get(f"/v1/plans/{plan['id']}/attainment"))
    assert {kind: found[kind] for kind in ("visits", "calls", "messages")} == {
        "visits": {"target": 5, "actual": 1},
        "calls": {"target": 20, "actual": 1},
        "messages": {"target": 30, "actual": 0},
    }


async def test_what_a_deputy_plans_is_approved_by_neither(company: ServiceUnderTest) -> None:
    """S18, S214: the plan is the principal's; the team lead stands in and is one of its authors."""
    principal, lead = company.people[SELLER], company.people[LEAD]
    await appointed(company, lead, principal)
    body = {"kind": "monthly", "starts_on": str(monday(50).replace(day=1)), "items": [item()]}
    async with in_the_name_of(client(company, LEAD), principal) as deputy:
        plan = succeeded(await deputy.post("/v1/plans", json=body))
    assert plan["owner_id"] == str(principal)
    assert set(plan["authors"]) == {str(principal), str(lead)}
    handed_in = succeeded(await on_plan(company, plan, "submit"))
    assert _code(await say(company, handed_in, "approve", LEAD)) == (403, "approver_is_author")
