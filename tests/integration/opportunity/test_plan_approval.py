"""Who decides on work plans, until when, and who after that (S44, S46)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, time
from typing import Any

import pytest

from services.opportunity.plans.periods import Meeting
from services.opportunity.worker import DEADLINES
from shared.deadlines.runner import DeadlineRunner
from tests.support.opportunity import etag, known_staff, succeeded, today
from tests.support.plans import (
    DIRECTOR,
    LEAD,
    SELLER,
    agreed,
    approval_of,
    client,
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
from tests.support.standing_in import appointed, in_the_name_of, works_here

PROCESS = "/v1/approvals/opportunity/processes/plan"
Body = dict[str, Any]


@pytest.fixture(scope="module")
async def company(opportunity: ServiceUnderTest) -> ServiceUnderTest:
    """The service, with a team and a department."""
    return await organised(opportunity)


@pytest.fixture
async def a_second(company: ServiceUnderTest) -> AsyncIterator[None]:
    """Steps have a limit of a second; afterwards the shipped definition is in force again."""
    async with company.client("administrator") as administrator:
        shipped = succeeded(await administrator.get(PROCESS))
        hurried = [
            route | {"steps": [step | {"limit_seconds": 1} for step in route["steps"]]}
            for route in shipped["routes"]
        ]
        for routes in (hurried, shipped["routes"]):
            present = succeeded(await administrator.get(PROCESS))
            body = {"routes": routes, "at_limit": "step_down"}
            succeeded(await administrator.put(PROCESS, json=body, headers=etag(present)))
            if routes is hurried:
                yield


def _person(service: ServiceUnderTest, name: str) -> str:
    return f"person:{service.people[name]}"


async def test_a_week_is_for_the_director_and_then_one_level_lower(
    company: ServiceUnderTest, a_second: None
) -> None:
    """S46: the worker's own loop, within five seconds; below the team lead there is nobody."""
    plan = await submitted(company, "weekly", monday(-6))
    assert (await approval_of(company, plan))["asked"] == [_person(company, DIRECTOR)]
    early = await say(company, plan, "approve", LEAD)
    assert (early.status_code, early.json()["code"]) == (403, "approval_not_asked")
    stop = asyncio.Event()
    running = asyncio.create_task(DeadlineRunner(company.db, DEADLINES).run(stop))
    await asyncio.sleep(1 + 5)
    stop.set()
    await running
    both = {_person(company, LEAD), _person(company, DIRECTOR)}
    approval = await approval_of(company, plan)
    assert (set(approval["asked"]), approval["level"]) == (both, 1)
    told = [
        each["type"].split(".")[3]
        for each in await company.published("crm.opportunity.approval.%")
        if str(each["aggregate_id"]) == approval["id"]
    ]
    assert told[:3] == ["started", "escalated", "reminded"]
    succeeded(await say(company, plan, "approve", LEAD))
    approved = await read(company, plan)
    assert (approved["status"], approved["approved_by"]) == (
        "approved",
        str(company.people[LEAD]),
    )


async def test_a_week_is_decided_on_a_day_after_the_meeting(company: ServiceUnderTest) -> None:
    """S46: the limit of the step is that moment, and a day where it has passed."""
    plan = await submitted(company, "weekly", monday(6))
    expected = Meeting(1, time(9)).decide_by(monday(6))
    assert datetime.fromisoformat(plan["decide_by"]) == expected
    assert datetime.fromisoformat((await approval_of(company, plan))["due_at"]) == expected
    late = await submitted(company, "weekly", monday(-7))
    due = datetime.fromisoformat((await approval_of(company, late))["due_at"])
    started = datetime.fromisoformat((await approval_of(company, late))["started_at"])
    assert (due - started).total_seconds() == 24 * 3600


async def test_days_and_months_are_for_the_manager_of_the_unit(company: ServiceUnderTest) -> None:
    """S47."""
    for kind, starts_on in (("daily", today(60)), ("monthly", monday(45).replace(day=1))):
        plan = await submitted(company, kind, starts_on)
        assert plan["lead_id"] == str(company.people[LEAD])
        assert (await approval_of(company, plan))["asked"] == [_person(company, LEAD)]
        succeeded(await say(company, plan, "approve", LEAD))
        assert (await read(company, plan))["status"] == "approved"


async def test_the_plan_of_a_manager_is_for_the_one_above(company: ServiceUnderTest) -> None:
    """S44: nobody is above oneself; of a lead it is the director."""
    plan = await submitted(company, "weekly", monday(13), by=LEAD)
    assert plan["lead_id"] == str(company.people[DIRECTOR])
    assert (await approval_of(company, plan))["asked"] == [_person(company, DIRECTOR)]


async def test_without_anybody_above_nothing_is_handed_in(company: ServiceUnderTest) -> None:
    """S44: it stays a draft."""
    plan = await drafted(company, "weekly", monday(14), by=DIRECTOR)
    refused = await on_plan(company, plan, "submit", DIRECTOR)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_superior")
    assert (await read(company, plan, DIRECTOR))["status"] == "draft"


async def test_who_is_asked_finds_it_waiting(company: ServiceUnderTest) -> None:
    """S44, S220."""
    plan = await submitted(company, "weekly", monday(15))
    for name, waits in ((DIRECTOR, True), (LEAD, False), (SELLER, False)):
        async with client(company, name) as somebody:
            path = "/v1/approvals/opportunity/waiting"
            found = succeeded(await somebody.get(path, params={"page_size": 200}))["items"]
        assert (plan["id"] in {each["document_id"] for each in found}) == waits, name


async def test_of_two_who_decide_at_once_one_counts(company: ServiceUnderTest) -> None:
    """S46: the owner takes it back while the director agrees."""
    for weeks in range(16, 19):
        plan = await submitted(company, "weekly", monday(weeks))
        agreed_to, withdrawn = await asyncio.gather(
            say(company, plan, "approve", DIRECTOR), say(company, plan, "withdraw", SELLER)
        )
        assert [agreed_to.is_success, withdrawn.is_success].count(True) == 1
        status = (await read(company, plan))["status"]
        assert status == ("approved" if agreed_to.is_success else "draft")


async def test_what_is_refused_is_written_anew(company: ServiceUnderTest) -> None:
    """S45, S46: rejected or returned; an approval holds for what was handed in."""
    plan = await submitted(company, "weekly", monday(21))
    succeeded(await say(company, plan, "reject", DIRECTOR, comment="与月计划无关"))
    returned = await read(company, plan)
    assert returned["status"] == "returned"
    async with client(company, SELLER) as own:
        path = f"/v1/plans/{plan['id']}"
        body = {"items": [item(category="key"), item()]}
        revised = succeeded(await own.put(path, json=body, headers=etag(returned)))
    before = await approval_of(company, plan)
    again = succeeded(await on_plan(company, revised, "submit"))
    after = await approval_of(company, again)
    assert before["id"] != after["id"]
    succeeded(await say(company, again, "approve", DIRECTOR))


async def test_a_voice_above_is_for_plans_alone(company: ServiceUnderTest) -> None:
    """S219: a price list has nobody above its owner."""
    step = {"name": "x", "mode": "single", "voices": [{"name": "x", "superior": 1}]}
    async with company.client("administrator") as administrator:
        path = PROCESS.replace("plan", "price_list")
        present = succeeded(await administrator.get(path))
        body = {"routes": [{"steps": [step]}]}
        refused = await administrator.put(path, json=body, headers=etag(present))
    assert refused.json()["errors"][0]["pointer"] == "/routes/0/steps/0/voices/0/superior"


async def test_a_unit_without_a_manager_has_the_one_above(company: ServiceUnderTest) -> None:
    """S44."""
    await known_staff(company, "孤独的组员", unit_path="P/D1/T9/", roles=("account_manager",))
    async with company.client("account_manager", name="孤独的组员", unit="P/D1/T9/") as own:
        body = {"kind": "daily", "starts_on": str(today(90)), "items": []}
        plan = succeeded(await own.post("/v1/plans", json=body))
        path = f"/v1/plans/{plan['id']}/submit"
        handed_in = succeeded(await own.post(path, headers=etag(plan)))
    assert handed_in["lead_id"] == str(company.people[DIRECTOR])


async def test_a_deputy_of_the_manager_decides_in_the_managers_name(
    company: ServiceUnderTest,
) -> None:
    """S18, S46, S214: both names are kept."""
    deputy, director = "总监代理", company.people[DIRECTOR]
    deputy_id = await works_here(company, deputy, "account_manager")
    await appointed(company, deputy_id, director)
    plan = await submitted(company, "weekly", monday(23))
    approval = await approval_of(company, plan)
    path = f"/v1/approvals/opportunity/{approval['id']}/approve"
    async with company.client("account_manager", name=deputy) as own:
        alone = await own.post(path, json={}, headers=etag(approval))
        succeeded(await in_the_name_of(own, director).post(path, json={}, headers=etag(approval)))
    assert alone.status_code in (403, 404)
    approved = await read(company, plan)
    assert (approved["approved_by"], approved["approved_for"]) == (str(deputy_id), str(director))


async def test_an_approved_plan_has_an_approval_of_its_content(company: ServiceUnderTest) -> None:
    """S46: results do not change what was approved."""
    plan = await agreed(company, "weekly", monday(22))
    results = [{"item_id": each["id"], "result": "完成"} for each in plan["items"]]
    succeeded(await on_plan(company, plan, "close", results=results))
    await company.check()
