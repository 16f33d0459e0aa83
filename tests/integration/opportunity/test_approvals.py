"""Approvals of quotes over the work list: what waits for whom, escalation, processes as data."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from services.opportunity.worker import DEADLINES
from shared.deadlines.runner import DeadlineRunner
from tests.conftest import Launch
from tests.support.opportunity import draft_quote, etag, line, listed_product, on_quote, succeeded
from tests.support.services import ServiceUnderTest
from tests.support.standing_in import has_left, works_here

APPROVALS = "/v1/approvals/opportunity"
PROCESS = f"{APPROVALS}/processes/quote"
AUTHORITY = {
    "name": "authority",
    "mode": "single",
    "voices": [{"name": "authority", "authority": True}],
}
FINANCE = {"name": "finance", "mode": "single", "voices": [{"name": "金", "roles": ["finance"]}]}


async def _submitted(service: ServiceUnderTest, discount: str = "0.07") -> dict[str, Any]:
    breaker = await listed_product(service)
    drafted = await draft_quote(service, [line(breaker, discount=discount)])
    return succeeded(await on_quote(service, drafted, "submit"))


async def _get(service: ServiceUnderTest, path: str, role: str, name: str = "") -> dict[str, Any]:
    async with service.client(role, name=name) as client:
        return succeeded(await client.get(path))


async def _approval(service: ServiceUnderTest, quote: dict[str, Any]) -> dict[str, Any]:
    """The newest approval of a quote."""
    path = f"{APPROVALS}?document_id={quote['id']}"
    found = await _get(service, path, "general_manager")
    return await _get(service, f"{APPROVALS}/{found['items'][0]['id']}", "general_manager")


async def _waiting(service: ServiceUnderTest, role: str, name: str = "") -> set[str]:
    """What waits for somebody, all pages of it."""
    found: set[str] = set()
    path: str | None = f"{APPROVALS}/waiting?page_size=50"
    while path:
        page = await _get(service, path, role, name)
        found |= {each["document_id"] for each in page["items"]}
        token = page["next_page_token"]
        path = f"{APPROVALS}/waiting?page_size=50&page_token={token}" if token else None
    return found


async def _on(
    service: ServiceUnderTest, approval: dict[str, Any], step: str, *roles: str, **body: Any
) -> Any:
    async with service.client(*roles, name=body.pop("name", "")) as client:
        path = f"{APPROVALS}/{approval['id']}/{step}"
        return await client.post(path, json=body, headers=etag(approval))


async def _adopt(service: ServiceUnderTest, role: str = "administrator", **body: Any) -> Any:
    async with service.client(role) as client:
        present = succeeded(await client.get(PROCESS))
        return await client.put(PROCESS, json=body, headers=etag(present))


@pytest.fixture
async def process(opportunity: ServiceUnderTest) -> Any:
    """Put definitions in force; afterwards the shipped one is again."""
    shipped = await _get(opportunity, f"{PROCESS}?version=1", "administrator")

    async def adopt(**body: Any) -> dict[str, Any]:
        return succeeded(await _adopt(opportunity, **body))

    yield adopt
    names = ("routes", "at_limit", "ladder", "currency")
    await adopt(**{name: shipped[name] for name in names})


async def test_a_quote_waits_for_whom_its_discount_demands(opportunity: ServiceUnderTest) -> None:
    """S108, S219: the work list shows it to them, and to nobody else."""
    quote = await _submitted(opportunity)
    approval = await _approval(opportunity, quote)
    assert approval["asked"] == ["role:deputy_general_manager"]
    assert (approval["label"], approval["content_hash"]) == (
        f"{quote['number']}-1",
        quote["content_hash"],
    )
    assert quote["id"] in await _waiting(opportunity, "deputy_general_manager")
    for role in ("account_manager", "sales_manager", "general_manager", "finance"):
        assert quote["id"] not in await _waiting(opportunity, role)
    decided = succeeded(
        await _on(opportunity, approval, "approve", "deputy_general_manager", comment="同意")
    )
    assert (decided["status"], decided["waiting_for"]) == ("approved", [])
    (opinion,) = decided["opinions"]
    assert (opinion["voice"], opinion["verdict"], opinion["comment"]) == (
        "authority",
        "approve",
        "同意",
    )
    approved = await _get(opportunity, f"/v1/quotes/{quote['id']}", "account_manager")
    assert (approved["status"], approved["approved_by"]) == ("approved", opinion["given_by"])
    assert quote["id"] not in await _waiting(opportunity, "deputy_general_manager")


async def test_every_step_of_an_approval_is_told(opportunity: ServiceUnderTest) -> None:
    """S219: other services learn who is asked and what was decided, and nothing that was said."""
    quote = await _submitted(opportunity)
    approval = await _approval(opportunity, quote)
    commented = succeeded(
        await _on(opportunity, approval, "comment", "finance", comment="毛利偏低")
    )
    succeeded(
        await _on(opportunity, commented, "reject", "deputy_general_manager", comment="再谈谈")
    )
    told = await opportunity.published("crm.opportunity.approval.%")
    mine = [each for each in told if each["aggregate_id"] == approval["id"]] or [
        each for each in told if str(each["aggregate_id"]) == approval["id"]
    ]
    assert [each["type"].split(".")[3] for each in mine] == ["started", "commented", "decided"]
    last = mine[-1]["data"]
    assert (last["status"], last["verdict"], last["asked"]) == ("rejected", "reject", [])
    assert "谈" not in str(mine)
    rejected = await _get(opportunity, f"/v1/quotes/{quote['id']}", "account_manager")
    assert (rejected["status"], rejected["reason"]) == ("rejected", "再谈谈")


async def test_an_author_withdraws_and_nobody_else(opportunity: ServiceUnderTest) -> None:
    """S219."""
    quote = await _submitted(opportunity)
    approval = await _approval(opportunity, quote)
    refused = await _on(opportunity, approval, "withdraw", "general_manager")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_the_author")
    withdrawn = succeeded(await _on(opportunity, approval, "withdraw", "account_manager"))
    assert withdrawn["status"] == "withdrawn"
    closed = await _get(opportunity, f"/v1/quotes/{quote['id']}", "account_manager")
    assert (closed["status"], closed["reason"]) == ("rejected", "withdrawn")


async def test_a_superseded_revision_waits_for_nobody(opportunity: ServiceUnderTest) -> None:
    """S108: and what takes its place is submitted anew."""
    quote = await _submitted(opportunity)
    revised = succeeded(await on_quote(opportunity, quote, "revise", payment_days=7))
    assert (await _approval(opportunity, quote))["status"] == "withdrawn"
    again = succeeded(await on_quote(opportunity, revised, "submit"))
    assert (await _approval(opportunity, again))["status"] == "running"


async def test_a_process_with_another_step_is_followed_by_what_starts_now(
    opportunity: ServiceUnderTest, process: Any
) -> None:
    """S219: a running approval keeps its version; large amounts are seen by finance first."""
    before = await _submitted(opportunity)
    adopted = await process(
        routes=[
            {"up_to": "10.00", "steps": [AUTHORITY]},
            {"over": "10.00", "steps": [FINANCE, AUTHORITY]},
        ]
    )
    quote = await _submitted(opportunity)
    told = await opportunity.published("crm.opportunity.process.adopted.v1")
    assert told[-1]["aggregate_version"] == adopted["version"]
    approval = await _approval(opportunity, quote)
    assert (approval["process_version"], approval["step_name"]) == (adopted["version"], "finance")
    early = await on_quote(opportunity, quote, "approve", "general_manager")
    assert (early.status_code, early.json()["code"]) == (403, "approval_not_asked")
    assert quote["id"] in await _waiting(opportunity, "finance")
    succeeded(await _on(opportunity, approval, "approve", "finance"))
    assert (await _approval(opportunity, quote))["step_name"] == "authority"
    assert (await on_quote(opportunity, quote, "approve", "general_manager")).is_success
    assert (await on_quote(opportunity, before, "approve", "general_manager")).is_success


@pytest.mark.parametrize(
    "wrong",
    [
        {"routes": [{"steps": [FINANCE]}]},
        {"routes": [{"up_to": "5.00", "steps": [AUTHORITY]}]},
        {"routes": [{"steps": [AUTHORITY]}], "ladder": ["no_such_role"]},
        {"routes": [{"steps": [AUTHORITY]}], "at_limit": "step_down"},
    ],
)
async def test_a_definition_that_would_lose_a_quote_is_refused(
    opportunity: ServiceUnderTest, wrong: dict[str, Any]
) -> None:
    """S219."""
    refused = await _adopt(opportunity, **wrong)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_process")


@pytest.mark.parametrize(
    "asked",
    [
        {"roles": ["customer_portal"]},
        {"roles": ["integration"]},
        {"people": ["01a22e51-9455-7000-978e-5a22e6bcd933"]},
    ],
    ids=["customers", "machines", "somebody who does not work here"],
)
async def test_a_definition_that_asks_who_cannot_decide_is_refused(
    opportunity: ServiceUnderTest, asked: dict[str, Any]
) -> None:
    """S219: what waits for them would wait for good."""
    step = {"name": "first", "mode": "single", "voices": [{"name": "asked"} | asked]}
    refused = await _adopt(opportunity, routes=[{"steps": [step, AUTHORITY]}])
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_process")
    (pointer,) = [each["pointer"] for each in refused.json()["errors"]]
    assert pointer == f"/routes/0/steps/0/voices/0/{next(iter(asked))}"


async def test_a_definition_asks_somebody_who_works_here_by_name_and_nobody_who_left(
    opportunity: ServiceUnderTest, process: Any
) -> None:
    """S219."""
    person = await works_here(opportunity, "顾问", "finance")
    voice = {"name": "asked", "people": [str(person)]}
    step = {"name": "first", "mode": "single", "voices": [voice]}
    await process(routes=[{"steps": [step, AUTHORITY]}])
    await has_left(opportunity, "顾问", "finance")
    refused = await _adopt(opportunity, routes=[{"steps": [step, AUTHORITY]}])
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_process")


async def test_an_attribute_is_named_once(opportunity: ServiceUnderTest) -> None:
    """S219: the second value would take the place of the first without a word."""
    twice = [{"name": "branch", "value": each} for each in ("上海", "天津")]
    routes = [{"steps": [AUTHORITY]}, {"steps": [AUTHORITY], "attributes": twice}]
    refused = await _adopt(opportunity, routes=routes)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (
        422,
        "duplicate_attribute",
    )


async def test_only_administrators_and_the_general_manager_define_processes(
    opportunity: ServiceUnderTest,
) -> None:
    """S219."""
    body = {"routes": [{"steps": [AUTHORITY]}]}
    assert (await _adopt(opportunity, "sales_manager", **body)).status_code == 403


async def test_nobody_is_reminded_more_often_than_once_a_minute(launch: Launch) -> None:
    """S221: unless the settings say otherwise, as those of other tests do."""
    service = await launch("opportunity", KEHU_APPROVAL_LIMIT_SECONDS=60)
    for seconds, status in ((59, 422), (60, 200)):
        body = {"routes": [{"steps": [AUTHORITY | {"limit_seconds": seconds}]}]}
        answer = await _adopt(service, "administrator", **body)
        assert answer.status_code == status, answer.text
        if status == 422:
            assert answer.json()["code"] == "invalid_process"
            (found,) = answer.json()["errors"]
            assert found["pointer"] == "/routes/0/steps/0/limit_seconds"


async def test_a_step_that_takes_too_long_is_taken_higher_within_five_seconds(
    opportunity: ServiceUnderTest, process: Any
) -> None:
    """S221: the worker's own loop; the general manager is asked as well, who was asked still is."""
    await process(routes=[{"steps": [AUTHORITY | {"limit_seconds": 1}]}])
    quote = await _submitted(opportunity)
    stop = asyncio.Event()
    running = asyncio.create_task(DeadlineRunner(opportunity.db, DEADLINES).run(stop))
    await asyncio.sleep(1 + 5)
    assert quote["id"] in await _waiting(opportunity, "general_manager")
    assert quote["id"] in await _waiting(opportunity, "deputy_general_manager")
    assert quote["id"] not in await _waiting(opportunity, "sales_manager")
    stop.set()
    await running
    told = await opportunity.published("crm.opportunity.approval.escalated.v1")
    assert told[-1]["data"]["asked"] == ["role:deputy_general_manager", "role:general_manager"]
    approved = await on_quote(opportunity, quote, "approve", "general_manager")
    assert succeeded(approved)["approved_role"] == "general_manager"


async def test_of_two_who_decide_at_once_one_counts(opportunity: ServiceUnderTest) -> None:
    """S108, S220: over the work list and over the quote."""
    for _ in range(3):
        quote = await _submitted(opportunity)
        approval = await _approval(opportunity, quote)
        answers = await asyncio.gather(
            _on(opportunity, approval, "approve", "deputy_general_manager"),
            _on(opportunity, approval, "reject", "general_manager", comment="不"),
            on_quote(opportunity, quote, "approve", "general_manager", name="丙"),
        )
        assert sum(answer.is_success for answer in answers) == 1
        assert {answer.status_code for answer in answers} <= {200, 409, 412}


async def test_an_edit_and_an_approval_at_once_leave_no_approved_edit(
    opportunity: ServiceUnderTest,
) -> None:
    """S108: the author revises while somebody approves over the work list."""
    for _ in range(4):
        quote = await _submitted(opportunity)
        approval = await _approval(opportunity, quote)
        decided, revised = await asyncio.gather(
            _on(opportunity, approval, "approve", "deputy_general_manager"),
            on_quote(opportunity, quote, "revise", payment_days=7),
        )
        assert [decided.is_success, revised.is_success].count(True) == 1
        assert (await _approval(opportunity, quote))["status"] == (
            "approved" if decided.is_success else "withdrawn"
        )
