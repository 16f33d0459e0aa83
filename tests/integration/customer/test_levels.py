"""Levels: account managers propose, managers judge, and a change meanwhile makes it void (S12)."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.customer.worker import DEADLINES
from shared.deadlines.runner import DeadlineRunner
from tests.support.opportunity import etag, succeeded
from tests.support.registering import hired, registered
from tests.support.services import DEPARTMENT, ServiceUnderTest
from tests.support.standing_in import in_the_name_of
from tests.support.work_list import WorkList

Json = dict[str, Any]
REASON = "年内两期变电站招标, 预算已批"
OTHER_DEPARTMENT = "TESTS/EAST/SH/S2/"
SELLER = "account_manager"
_serial = count(1)


@pytest.fixture
def work(customer: ServiceUnderTest) -> WorkList:
    """What waits for whom."""
    return WorkList(customer)


@pytest.fixture
async def process(work: WorkList) -> Any:
    """Put definitions in force; afterwards the shipped one is again."""

    async def adopt(**body: Any) -> Json:
        return await work.adopt("level_proposal", **body)

    yield adopt
    await work.adopt_shipped("level_proposal")


async def entered(service: ServiceUnderTest, **client: Any) -> Json:
    """A customer of the account manager."""
    async with service.client(SELLER, **client) as seller:
        body = {"name": f"等级客户{next(_serial)}"}
        return succeeded(await seller.post("/v1/customers", json=body))


async def propose(
    service: ServiceUnderTest, customer: Json, level: str = "A", role: str = SELLER, **client: Any
) -> httpx.Response:
    """The answer to a proposal."""
    async with service.client(role, **client) as seller:
        path = f"/v1/customers/{customer['id']}/level-proposals"
        return await seller.post(path, json={"level": level, "reason": REASON})


async def proposed(service: ServiceUnderTest, customer: Json, level: str = "A") -> Json:
    """A level that was proposed."""
    return succeeded(await propose(service, customer, level))


async def change(
    service: ServiceUnderTest, customer: Json, *roles: str, **fields: Any
) -> httpx.Response:
    """The answer to a change of the record, whatever its version."""
    async with service.client(*roles) as client:
        path = f"/v1/customers/{customer['id']}"
        return await client.patch(path, json=fields, headers={"If-Match": "*"})


async def read(service: ServiceUnderTest, path: str) -> Json:
    """What the general manager sees."""
    async with service.client("general_manager") as client:
        return succeeded(await client.get(path))


async def level_of(service: ServiceUnderTest, customer: Json) -> str | None:
    """The level of a customer now."""
    found: str | None = (await read(service, f"/v1/customers/{customer['id']}"))["level"]
    return found


async def state_of(service: ServiceUnderTest, proposal: Json) -> str:
    """What became of a proposal."""
    path = f"/v1/customers/{proposal['customer_id']}/level-proposals/{proposal['id']}"
    return str((await read(service, path))["status"])


async def told_of(service: ServiceUnderTest, *ids: str) -> list[str]:
    """The events about these."""
    return [
        each["type"].removeprefix("crm.customer.")
        for each in await service.published()
        if str(each["aggregate_id"]) in ids
    ]


async def test_only_managers_set_a_level(customer: ServiceUnderTest) -> None:
    """S12: on a new customer and on a known one; what stays as it is asks for nothing."""
    async with customer.client(SELLER) as seller:
        refused = await seller.post("/v1/customers", json={"name": "自评甲", "level": "A"})
        assert (refused.status_code, refused.json()["permission"]) == (403, "customer.level")
    made = await entered(customer)
    for role in (SELLER, "sales_assistant", "data_steward", "administrator", "integration"):
        refused = await change(customer, made, role, level="A")
        assert (refused.status_code, refused.json()["permission"]) == (403, "customer.level")
    succeeded(await change(customer, made, SELLER, level=None, region="华东"))
    succeeded(await change(customer, made, "sales_manager", level="B"))
    told = await customer.published("crm.customer.customer.level_changed.v1")
    (mine,) = [each["data"] for each in told if str(each["aggregate_id"]) == made["id"]]
    assert (mine["previous_level"], mine["level"]) == (None, "B")


async def test_a_proposal_is_judged_by_the_sales_manager_of_the_owner(
    customer: ServiceUnderTest, work: WorkList
) -> None:
    """S12, S219: bound to customer and both levels; what speaks for it stays in the service."""
    made = await entered(customer)
    proposal = await proposed(customer, made)
    assert (proposal["status"], proposal["previous_level"], proposal["reason"]) == (
        "submitted",
        None,
        REASON,
    )
    approval = await work.of(proposal)
    assert approval["asked"] == ["role:sales_manager"]
    assert (approval["content_hash"], approval["customer_id"], approval["label"]) == (
        proposal["content_hash"],
        made["id"],
        made["number"],
    )
    assert proposal["id"] in await work.waiting("sales_manager")
    for role in (SELLER, "deputy_general_manager", "general_manager", "finance"):
        assert proposal["id"] not in await work.waiting(role)
    refused = await work.say(approval, "approve", "general_manager")
    assert (refused.status_code, refused.json()["code"]) == (403, "approval_not_asked")
    succeeded(await work.say(approval, "approve", "sales_manager", comment="同意"))
    assert (await level_of(customer, made), await state_of(customer, proposal)) == ("A", "approved")
    assert await told_of(customer, made["id"], proposal["id"], approval["id"]) == [
        "customer.created.v1",
        "level_proposal.submitted.v1",
        "approval.started.v1",
        "approval.decided.v1",
        "level_proposal.approved.v1",
        "customer.level_changed.v1",
    ]
    assert REASON not in str(await customer.published())
    path = f"/v1/audit/customer?object_id={made['id']}"
    entry = (await read(customer, path))["items"][0]
    assert entry["actor"]["id"] == str(customer.people["sales_manager"])


@pytest.mark.parametrize(
    ("step", "role", "status"),
    [
        ("reject", "sales_manager", "rejected"),
        ("return", "sales_manager", "returned"),
        ("withdraw", SELLER, "withdrawn"),
    ],
)
async def test_what_is_not_approved_leaves_the_level_and_is_proposed_anew(
    customer: ServiceUnderTest, work: WorkList, step: str, role: str, status: str
) -> None:
    """S12, S219."""
    made = await entered(customer)
    proposal = await proposed(customer, made)
    succeeded(await work.say(await work.of(proposal), step, role, comment="再看一季"))
    assert (await level_of(customer, made), await state_of(customer, proposal)) == (None, status)
    assert (await work.of(proposal))["status"] == status
    again = await proposed(customer, made, "B")
    found = await read(customer, f"/v1/customers/{made['id']}/level-proposals")
    assert [each["id"] for each in found["items"]] == [again["id"], proposal["id"]]
    found = await read(customer, f"/v1/customers/{made['id']}/level-proposals?status={status}")
    assert [each["id"] for each in found["items"]] == [proposal["id"]]


async def test_nobody_judges_their_own_proposal(customer: ServiceUnderTest, work: WorkList) -> None:
    """S12: a manager who proposes is asked by nobody, nor is a deputy of theirs."""
    made = await entered(customer)
    proposal = succeeded(await propose(customer, made, role="sales_manager", name="自荐"))
    approval = await work.of(proposal)
    assert proposal["id"] not in await work.waiting("sales_manager", name="自荐")
    refused = await work.say(approval, "approve", "sales_manager", name="自荐")
    assert (refused.status_code, refused.json()["code"]) == (403, "approver_is_author")
    other = await work.say(approval, "withdraw", "sales_manager", name="旁人")
    assert (other.status_code, other.json()["code"]) == (403, "not_the_author")
    assert (await work.say(approval, "approve", "sales_manager", name="旁人")).is_success


async def test_a_deputy_and_the_principal_are_both_authors(
    customer: ServiceUnderTest, work: WorkList
) -> None:
    """S12, S18."""
    principal = await hired(customer, "level.principal", "sales_manager")
    deputy = await hired(customer, "level.deputy", "account_manager")
    customer.people |= {"principal": UUID(principal), "deputy": UUID(deputy)}
    made = await entered(customer)
    async with customer.client("administrator") as client:
        day = (await read(customer, f"/v1/customers/{made['id']}"))["created_at"][:10]
        days = {"starts_on": day, "ends_on": "2100-01-01"}
        people = {"principal_id": principal, "deputy_id": deputy}
        succeeded(await client.post("/v1/deputies", json=people | days))
    async with in_the_name_of(customer.client(SELLER, name="deputy"), principal) as client:
        path = f"/v1/customers/{made['id']}/level-proposals"
        body = {"level": "A", "reason": REASON}
        proposal = succeeded(await client.post(path, json=body))
    assert (proposal["proposed_by"], proposal["proposed_for"]) == (deputy, principal)
    approval = await work.of(proposal)
    assert set(approval["authors"]) == {deputy, principal}
    refused = await work.say(approval, "approve", "sales_manager", name="principal")
    assert (refused.status_code, refused.json()["code"]) == (403, "approver_is_author")


async def test_a_level_set_meanwhile_makes_the_proposal_void(
    customer: ServiceUnderTest, work: WorkList
) -> None:
    """S12: by hand; a change of something else leaves it."""
    made = await entered(customer)
    proposal = await proposed(customer, made)
    approval = await work.of(proposal)
    succeeded(await change(customer, made, SELLER, region="华北"))
    assert await state_of(customer, proposal) == "submitted"
    succeeded(await change(customer, made, "sales_manager", level="C"))
    assert await state_of(customer, proposal) == "superseded"
    assert (await work.of(proposal))["status"] == "withdrawn"
    late = await work.say(approval, "approve", "sales_manager")
    assert (late.status_code, late.json()["code"]) == (412, "stale_version")
    assert await level_of(customer, made) == "C"
    assert (await proposed(customer, made))["previous_level"] == "C"


async def test_nothing_is_proposed_for_a_customer_that_is_lost(
    customer: ServiceUnderTest, work: WorkList
) -> None:
    """S12, S66: nor for one that only registered."""
    made = await entered(customer)
    proposal = await proposed(customer, made)
    async with customer.client(SELLER) as client:
        path, headers = f"/v1/customers/{made['id']}/lose", {"If-Match": "*"}
        succeeded(await client.post(path, json={"reason": "停产"}, headers=headers))
    assert await state_of(customer, proposal) == "superseded"
    await hired(customer, "receiver", "sales_manager")
    waiting = await registered(customer)
    for each in (made, waiting):
        refused = await propose(customer, each, role="sales_manager")
        assert (refused.status_code, refused.json()["code"]) == (409, "customer_state")


async def test_bad_proposals_are_refused(customer: ServiceUnderTest) -> None:
    """S12: and change nothing."""
    made = await entered(customer)
    succeeded(await change(customer, made, "sales_manager", level="B"))
    same = await propose(customer, made, "B")
    assert (same.status_code, same.json()["code"]) == (409, "level_unchanged")
    path = f"/v1/customers/{made['id']}/level-proposals"
    async with customer.client(SELLER) as client:
        for body in ({"level": "D", "reason": "x"}, {"level": None, "reason": "x"}, {"level": "A"}):
            assert (await client.post(path, json=body)).status_code == 422
        stale = await client.post(
            path, json={"level": "A", "reason": "x"}, headers={"If-Match": '"v9"'}
        )
        assert stale.status_code == 412
    assert (await propose(customer, made, role="finance")).status_code == 403
    assert (await read(customer, path))["items"] == []
    await proposed(customer, made)
    second = await propose(customer, made, "C")
    assert (second.status_code, second.json()["code"]) == (409, "level_proposal_pending")


async def test_whoever_does_not_see_the_customer_sees_no_proposal(
    customer: ServiceUnderTest, work: WorkList
) -> None:
    """S215, and S04: handed over, it waits for the other department's manager."""
    made = await entered(customer, name="二部", unit=OTHER_DEPARTMENT)
    answer = await propose(customer, made, name="二部", unit=OTHER_DEPARTMENT)
    proposal = succeeded(answer)
    approval = await work.of(proposal)
    here = {"name": "一部经理", "unit": DEPARTMENT}
    there = {"name": "二部经理", "unit": OTHER_DEPARTMENT}
    assert proposal["id"] in await work.waiting("sales_manager", **there)
    assert proposal["id"] not in await work.waiting("sales_manager", **here)
    assert (await work.say(approval, "approve", "sales_manager", **here)).status_code == 404
    path = f"/v1/customers/{made['id']}/level-proposals"
    async with customer.client("sales_manager", **here) as client:
        for hidden in (path, f"{path}/{proposal['id']}"):
            assert (await client.get(hidden)).status_code == 404
    elsewhere = await entered(customer)
    wrong = f"/v1/customers/{elsewhere['id']}/level-proposals/{proposal['id']}"
    async with customer.client("general_manager") as client:
        assert (await client.get(wrong)).status_code == 404
        heir = {"owner_id": await hired(customer, "level.heir", SELLER)}
        address = f"/v1/customers/{made['id']}/hand-over"
        succeeded(await client.post(address, json=heir, headers=etag(made)))
    assert proposal["id"] in await work.waiting("sales_manager", **here)
    assert proposal["id"] not in await work.waiting("sales_manager", **there)
    approval = await work.of(proposal)
    assert approval["owner_id"] == heir["owner_id"]
    assert (await work.say(approval, "approve", "sales_manager", **here)).is_success
    steps = await told_of(customer, approval["id"])
    assert [each.split(".")[1] for each in steps] == ["started", "handed_over", "decided"]


async def test_a_large_customer_may_be_for_the_general_manager_as_well(
    customer: ServiceUnderTest, work: WorkList, process: Any
) -> None:
    """S219: processes go by the level that is proposed."""

    def step(role: str) -> Json:
        return {"name": role, "mode": "single", "voices": [{"name": role, "roles": [role]}]}

    both = [step("sales_manager"), step("general_manager")]
    large = {"attributes": [{"name": "level", "value": "A"}], "steps": both}
    await process(routes=[large, {"steps": [step("sales_manager")]}])
    first, second = await entered(customer), await entered(customer)
    high, low = await proposed(customer, first), await proposed(customer, second, "C")
    for each in (high, low):
        succeeded(await work.say(await work.of(each), "approve", "sales_manager"))
    assert await level_of(customer, second) == "C"
    assert await level_of(customer, first) is None
    assert await state_of(customer, high) == "submitted"
    succeeded(await work.say(await work.of(high), "approve", "general_manager"))
    assert await level_of(customer, first) == "A"


async def test_a_proposal_that_nobody_judges_is_taken_higher_within_five_seconds(
    customer: ServiceUnderTest, work: WorkList, process: Any
) -> None:
    """S46, S221: the worker's own loop, from the sales manager to the deputy general manager."""
    ask = {"name": "sales manager", "roles": ["sales_manager"]}
    step = {"name": "judgement", "mode": "single", "limit_seconds": 2, "voices": [ask]}
    ladder = ["sales_manager", "deputy_general_manager"]
    await process(routes=[{"steps": [step]}], ladder=ladder)
    made = await entered(customer)
    proposal = await proposed(customer, made)
    assert proposal["id"] not in await work.waiting("deputy_general_manager")
    stop = asyncio.Event()
    running = asyncio.create_task(DeadlineRunner(customer.db, DEADLINES).run(stop))
    await asyncio.sleep(2 + 5)
    assert proposal["id"] in await work.waiting("deputy_general_manager")
    assert proposal["id"] in await work.waiting("sales_manager")
    stop.set()
    await running
    steps = await told_of(customer, (await work.of(proposal))["id"])
    assert [each.split(".")[1] for each in steps][:3] == ["started", "escalated", "reminded"]
    judged = await work.say(await work.of(proposal), "approve", "deputy_general_manager")
    assert succeeded(judged)["status"] == "approved"
    assert await level_of(customer, made) == "A"


async def test_of_two_who_set_a_level_at_once_the_record_tells_one_story(
    customer: ServiceUnderTest, work: WorkList
) -> None:
    """S12: a manager sets one level while another approves a second one."""
    for _ in range(4):
        made = await entered(customer)
        proposal = await proposed(customer, made)
        approval = await work.of(proposal)
        by_hand, judged = await asyncio.gather(
            change(customer, made, "sales_manager", level="C"),
            work.say(approval, "approve", "sales_manager"),
        )
        assert by_hand.is_success  # whatever the version: the last word
        assert await level_of(customer, made) == "C"
        expected = "approved" if judged.is_success else "superseded"
        assert await state_of(customer, proposal) == expected


async def test_of_two_proposals_at_once_one_waits(customer: ServiceUnderTest) -> None:
    """S12."""
    made = await entered(customer)
    answers = await asyncio.gather(*(propose(customer, made, each) for each in "ABC"))
    assert sorted(each.status_code for each in answers) == [201, 409, 409]
