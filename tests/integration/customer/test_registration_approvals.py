"""Registrations go by an approval: who is asked, what a correction does, processes as data, and
limits."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.customer.worker import DEADLINES
from shared.deadlines.runner import DeadlineRunner
from tests.conftest import Launch
from tests.support.opportunity import etag, succeeded
from tests.support.registering import hired, registered
from tests.support.services import ServiceUnderTest
from tests.support.work_list import WorkList

Json = dict[str, Any]
NOBODY = str(UUID(int=0))
CONFIRMATION = {
    "name": "confirmation",
    "mode": "single",
    "voices": [{"name": "confirmation", "permissions": ["customer.confirm"]}],
}
FINANCE = {"name": "finance", "mode": "single", "voices": [{"name": "金", "roles": ["finance"]}]}


@pytest.fixture(scope="module")
async def company(launch: Launch) -> ServiceUnderTest:
    """A company where somebody receives registrations."""
    customer = await launch("customer")
    await hired(customer, "receiver", "account_manager")
    await hired(customer, "manager", "sales_manager")
    return customer


@pytest.fixture
def work(company: ServiceUnderTest) -> WorkList:
    """What waits for whom."""
    return WorkList(company)


@pytest.fixture
async def process(work: WorkList) -> Any:
    """Put definitions in force; afterwards the shipped one is again."""

    async def adopt(**body: Any) -> Json:
        return await work.adopt("registration", **body)

    yield adopt
    await work.adopt_shipped("registration")


async def on(
    service: ServiceUnderTest, customer: Json, step: str, *roles: str, name: str = "", **body: Any
) -> httpx.Response:
    """Confirm, reject or hand over, over the customer."""
    async with service.client(*roles, name=name) as client:
        path = f"/v1/customers/{customer['id']}/{step}"
        return await client.post(path, json=body or None, headers=etag(customer))


async def corrected(service: ServiceUnderTest, customer: Json, by: str, **body: Any) -> Json:
    """A registration that somebody changed."""
    async with service.client("sales_manager", name=by) as client:
        path = f"/v1/customers/{customer['id']}"
        return succeeded(await client.patch(path, json=body, headers=etag(customer)))


async def read(service: ServiceUnderTest, customer: Json) -> Json:
    """The customer as it is now."""
    async with service.client("general_manager") as client:
        return succeeded(await client.get(f"/v1/customers/{customer['id']}"))


async def test_a_registration_waits_in_the_list_of_who_confirms(
    company: ServiceUnderTest, work: WorkList
) -> None:
    """S24, S219: no person wrote it; managers are asked, and nobody else."""
    customer = await registered(company)
    approval = await work.of(customer)
    assert (approval["document_type"], approval["label"]) == ("registration", customer["number"])
    assert approval["asked"] == ["permission:customer.confirm"]
    assert (approval["authors"], approval["started_by"]) == ([NOBODY], NOBODY)
    assert approval["due_at"] > approval["started_at"]
    for role in ("sales_manager", "deputy_general_manager", "general_manager"):
        assert customer["id"] in await work.waiting(role)
    for role in ("account_manager", "sales_assistant", "finance", "administrator"):
        assert customer["id"] not in await work.waiting(role)
    refused = await work.say(approval, "approve", "finance")
    assert (refused.status_code, refused.json()["permission"]) == (403, "customer.confirm")
    decided = succeeded(await work.say(approval, "approve", "sales_manager", comment="已电话核实"))
    assert (decided["status"], decided["opinions"][0]["comment"]) == ("approved", "已电话核实")
    assert (await read(company, customer))["status"] == "formal"
    assert customer["id"] not in await work.waiting("sales_manager")
    told = [
        each
        for each in await company.published()
        if str(each["aggregate_id"]) in (customer["id"], approval["id"])
    ]
    assert [each["type"].removeprefix("crm.customer.") for each in told] == [
        "customer.registered.v1",
        "approval.started.v1",
        "approval.decided.v1",
        "customer.confirmed.v1",
    ]
    assert "核实" not in str(told)
    assert customer["phone"] not in str(told)


async def test_confirming_and_rejecting_a_customer_are_words_in_its_approval(
    company: ServiceUnderTest, work: WorkList
) -> None:
    """S24: front ends that know only customers go on as before."""
    confirmed, rejected = await registered(company), await registered(company)
    succeeded(await on(company, confirmed, "confirm", "sales_manager"))
    succeeded(await on(company, rejected, "reject", "sales_manager", reason="查无此公司"))
    runs = [await work.of(each) for each in (confirmed, rejected)]
    assert [each["status"] for each in runs] == ["approved", "rejected"]
    (opinion,) = runs[1]["opinions"]
    assert (opinion["verdict"], opinion["comment"]) == ("reject", "查无此公司")
    assert (await read(company, rejected))["status"] == "rejected"
    for step, body in (("confirm", {}), ("reject", {"reason": "x"})):
        again = await on(company, await read(company, rejected), step, "sales_manager", **body)
        assert (again.status_code, again.json()["code"]) == (409, "customer_state")


async def test_who_corrects_a_registration_does_not_confirm_it(
    company: ServiceUnderTest, work: WorkList
) -> None:
    """S24: the approval is for what stands there, and the second person is another; also when
    somebody else corrects it again."""
    customer = await registered(company)
    before = await work.of(customer)
    customer = await corrected(company, customer, "甲", phone="021-58880001")
    stale = await work.say(before, "approve", "sales_manager", name="乙")
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    customer = await corrected(company, customer, "乙", name="改过的名称")
    runs = await work.runs(customer)
    assert [each["status"] for each in runs] == ["withdrawn", "withdrawn", "running"]
    people = [str(company.people[name]) for name in ("甲", "乙")]
    assert runs[-1]["authors"] == [NOBODY, *people]
    assert runs[0]["content_hash"] != runs[-1]["content_hash"]
    for name in ("甲", "乙"):
        assert customer["id"] not in await work.waiting("sales_manager", name=name)
        for refused in (
            await on(company, customer, "confirm", "sales_manager", name=name),
            await work.say(runs[-1], "approve", "sales_manager", name=name),
        ):
            assert (refused.status_code, refused.json()["code"]) == (403, "approver_is_author")
    succeeded(await on(company, customer, "confirm", "sales_manager", name="丙"))
    assert (await work.of(customer))["status"] == "approved"


async def test_nobody_takes_a_registration_back_or_returns_it(
    company: ServiceUnderTest, work: WorkList
) -> None:
    """S219: the stranger could not change it; it goes on waiting."""
    customer = await corrected(company, await registered(company), "甲", note="已联系")
    approval = await work.of(customer)
    for answer in (
        await work.say(approval, "withdraw", "sales_manager", name="甲"),
        await work.say(approval, "return", "sales_manager", name="乙", comment="电话?"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "not_returnable")
    assert (await work.of(customer))["status"] == "running"
    assert customer["id"] in await work.waiting("sales_manager", name="乙")


async def test_another_process_asks_somebody_else_first(
    company: ServiceUnderTest, work: WorkList, process: Any
) -> None:
    """S219: what came before keeps its process; a customer becomes formal with the last step."""
    before = await registered(company)
    await process(routes=[{"steps": [FINANCE, CONFIRMATION]}])
    customer = await registered(company)
    early = await on(company, customer, "confirm", "sales_manager")
    assert (early.status_code, early.json()["code"]) == (403, "approval_not_asked")
    assert customer["id"] in await work.waiting("finance")
    succeeded(await work.say(await work.of(customer), "approve", "finance"))
    assert (await read(company, customer))["status"] == "registered"
    for each in (before, customer):
        confirmed = succeeded(await on(company, each, "confirm", "sales_manager"))
        assert confirmed["status"] == "formal"


async def test_a_registration_that_nobody_answers_is_taken_higher_within_five_seconds(
    company: ServiceUnderTest, work: WorkList, process: Any
) -> None:
    """S46, S221: the worker's own loop. Where nobody is higher there is a reminder."""
    ask = {"name": "sales manager", "roles": ["sales_manager"]}
    step = {"name": "judge", "mode": "single", "limit_seconds": 1, "voices": [ask]}
    ladder = ["sales_manager", "deputy_general_manager"]
    await process(routes=[{"steps": [step]}], ladder=ladder)
    customer = await registered(company)
    stop = asyncio.Event()
    running = asyncio.create_task(DeadlineRunner(company.db, DEADLINES).run(stop))
    await asyncio.sleep(1 + 5)
    assert customer["id"] in await work.waiting("deputy_general_manager")
    assert customer["id"] in await work.waiting("sales_manager")
    stop.set()
    await running
    told = await company.published("crm.customer.approval.%")
    mine = [each["type"] for each in told if each["data"]["document_id"] == customer["id"]]
    assert mine[:3] == [
        "crm.customer.approval.started.v1",
        "crm.customer.approval.escalated.v1",
        "crm.customer.approval.reminded.v1",
    ]
    # Who is asked higher confirms, over the customer as well.
    succeeded(await on(company, customer, "confirm", "deputy_general_manager"))


async def test_the_shipped_process_reminds_after_a_day(
    company: ServiceUnderTest, work: WorkList
) -> None:
    """S24, S221."""
    async with company.client("account_manager") as client:
        found = succeeded(await client.get(f"{work.root}/processes/registration?version=1"))
    (route,) = found["routes"]
    assert [step["limit_seconds"] for step in route["steps"]] == [24 * 3600]
    assert found["ladder"] == ["deputy_general_manager", "general_manager"]


async def test_of_two_who_answer_at_once_one_counts(
    company: ServiceUnderTest, work: WorkList
) -> None:
    """S24: over the customer and over the work list."""
    for _ in range(4):
        customer = await registered(company)
        approval = await work.of(customer)
        answers = await asyncio.gather(
            on(company, customer, "confirm", "sales_manager"),
            on(company, customer, "reject", "general_manager", reason="重复"),
            work.say(approval, "approve", "deputy_general_manager"),
        )
        assert sum(answer.is_success for answer in answers) == 1
        assert {answer.status_code for answer in answers} <= {200, 409, 412}
        decided, told = await read(company, customer), await work.of(customer)
        expected = {"formal": "approved", "rejected": "rejected"}
        assert told["status"] == expected[decided["status"]]


async def test_a_correction_and_an_approval_at_once_never_both_count_for_the_old_text(
    company: ServiceUnderTest, work: WorkList
) -> None:
    """S24: either what stood there was confirmed before the change, or it waits anew."""
    for _ in range(4):
        customer = await registered(company)
        approval = await work.of(customer)
        async with company.client("sales_manager", name="甲") as client:
            path = f"/v1/customers/{customer['id']}"
            changed, decided = await asyncio.gather(
                client.patch(path, json={"region": "华北"}, headers=etag(customer)),
                work.say(approval, "approve", "sales_manager", name="乙"),
            )
        assert [changed.is_success, decided.is_success].count(True) == 1
        present = await read(company, customer)
        assert (present["status"], present["region"]) == (
            ("registered", "华北") if changed.is_success else ("formal", "华东")
        )


async def test_a_registration_follows_its_customer_to_another_owner(
    company: ServiceUnderTest, work: WorkList
) -> None:
    """S04, S24: who hands it over may still confirm it."""
    heir = await hired(company, "heir", "account_manager")
    customer = await registered(company)
    body = {"owner_id": heir}
    customer = succeeded(await on(company, customer, "hand-over", "sales_manager", **body))
    approval = await work.of(customer)
    assert (approval["owner_id"], approval["status"]) == (heir, "running")
    succeeded(await on(company, customer, "confirm", "sales_manager"))
