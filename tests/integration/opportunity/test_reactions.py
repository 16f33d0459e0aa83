"""What foreign events do here: contracts and orders win deals, open work follows its customer."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from services.opportunity.opportunities import service
from services.opportunity.opportunities.model import Estimate
from shared.domain.actor import Actor
from shared.domain.ids import new_id
from shared.events.customer import CustomerOwnerChanged
from shared.events.order import ContractSigned, OrderApproved
from shared.events.staff import StaffLeft
from shared.events.values import Money
from tests.support.opportunity import (
    approved_quote,
    customer_state,
    deliver,
    draft_quote,
    etag,
    known_customer,
    known_staff,
    line,
    listed_product,
    on_quote,
    open_opportunity,
    parked,
    project,
    redeliver,
    steps,
    succeeded,
    today,
)
from tests.support.services import ServiceUnderTest


async def _read(service: ServiceUnderTest, opportunity_id: str) -> dict[str, Any]:
    async with service.client("executive") as client:
        return succeeded(await client.get(f"/v1/opportunities/{opportunity_id}"))


def _signed(found: dict[str, Any]) -> ContractSigned:
    return ContractSigned(
        contract_id=new_id(),
        number="HT2600001",
        title="合同",
        customer_id=UUID(found["customer_id"]),
        quote_id=None,
        opportunity_id=UUID(found["id"]),
        status="signed",
        lines=(),
        total=Money(amount="1.00", currency="CNY"),
        terms=None,
        payment_days=0,
        starts_on=None,
        ends_on=None,
        signed_on=today(),
        owner_id=new_id(),
    )


def _approved(found: dict[str, Any], contract_id: UUID | None) -> OrderApproved:
    return OrderApproved(
        order_id=new_id(),
        number="DD2600001",
        chain="ordinary",
        customer_id=UUID(found["customer_id"]),
        contract_id=contract_id,
        quote_id=None,
        opportunity_id=UUID(found["id"]),
        status="approved",
        lines=(),
        total=Money(amount="1.00", currency="CNY"),
        ordered_on=today(),
        settlement="open",
        payment_days=0,
        owner_id=new_id(),
        approved_by=new_id(),
    )


async def test_a_signed_contract_wins_its_opportunity_once(opportunity: ServiceUnderTest) -> None:
    """S100."""
    found = await open_opportunity(opportunity)
    signed = _signed(found)
    envelope = await deliver(opportunity, signed, signed.contract_id)
    await redeliver(opportunity, envelope)
    another = _signed(found)
    await deliver(opportunity, another, another.contract_id)
    won = await _read(opportunity, found["id"])
    assert (won["status"], won["close_reason"]) == ("won", "Contract HT2600001")
    assert await steps(opportunity, found) == ["opened", "won"]
    assert await parked(opportunity) == []


async def test_a_lost_deal_that_is_signed_after_all_is_won(opportunity: ServiceUnderTest) -> None:
    """S100."""
    found = await open_opportunity(opportunity)
    async with opportunity.client("account_manager") as client:
        path = f"/v1/opportunities/{found['id']}/lose"
        succeeded(await client.post(path, json={"reason": "价格", "competitor": "西门子"}))
    signed = _signed(found)
    await deliver(opportunity, signed, signed.contract_id)
    won = await _read(opportunity, found["id"])
    assert (won["status"], won["competitor"]) == ("won", None)
    assert await steps(opportunity, found) == ["opened", "lost", "won"]


async def test_an_approved_order_wins_only_where_no_contract_will(
    opportunity: ServiceUnderTest,
) -> None:
    """S100, S103."""
    direct, contracted = [await open_opportunity(opportunity) for _ in range(2)]
    for order in (_approved(direct, None), _approved(contracted, new_id())):
        await deliver(opportunity, order, order.order_id)
    assert (await _read(opportunity, direct["id"]))["status"] == "won"
    assert (await _read(opportunity, contracted["id"]))["status"] == "open"


async def test_documents_without_an_opportunity_change_nothing(
    opportunity: ServiceUnderTest,
) -> None:
    found = await open_opportunity(opportunity)
    signed = _signed(found).model_copy(update={"opportunity_id": None})
    await deliver(opportunity, signed, signed.contract_id)
    assert (await _read(opportunity, found["id"]))["status"] == "open"
    assert await parked(opportunity) == []


async def test_open_work_follows_the_customer_to_its_new_owner(
    opportunity: ServiceUnderTest,
) -> None:
    """S04: what is closed, or pursued by somebody else, stays where it is."""
    customer_id = await known_customer(opportunity)
    followed = await open_opportunity(opportunity, customer_id=customer_id)
    closed = await open_opportunity(opportunity, customer_id=customer_id)
    colleague = opportunity.client("sales_manager", name="同事")
    foreign = await open_opportunity(opportunity, customer_id=customer_id, by=colleague)
    body = {"customer_id": str(customer_id), "kind": "call", "result": "unchanged"}
    async with opportunity.client("account_manager") as client:
        path = f"/v1/opportunities/{closed['id']}/abandon"
        succeeded(await client.post(path, json={"reason": "停建"}))
        succeeded(
            await client.post("/v1/activities", json=body | {"next_contact_on": str(today(3))})
        )
    heir = new_id()
    state = customer_state(customer_id, owner_id=heir, department="销售三部", branch="成都")
    moved = CustomerOwnerChanged(**state, previous_owner_id=UUID(followed["owner_id"]))
    await deliver(opportunity, moved, customer_id, 2)
    after = [await _read(opportunity, each["id"]) for each in (followed, closed, foreign)]
    assert (after[0]["owner_id"], after[0]["branch"]) == (str(heir), "成都")
    assert [each["owner_id"] for each in after[1:]] == [closed["owner_id"], foreign["owner_id"]]
    async with opportunity.client("executive") as client:
        due = succeeded(await client.get("/v1/next-contacts", params={"owner_id": str(heir)}))
    assert [each["customer_id"] for each in due["items"]] == [str(customer_id)]
    assert await steps(opportunity, followed) == ["opened", "changed"]


def _left(leaver_id: UUID, successor_id: UUID | None) -> StaffLeft:
    return StaffLeft(
        staff_id=leaver_id,
        name="离职者",
        roles=("account_manager",),
        department="销售四部",
        branch="武汉",
        status="left",
        successor_id=successor_id,
    )


async def _work_of(service: ServiceUnderTest, name: str) -> tuple[UUID, dict[str, Any]]:
    """Somebody with an open opportunity and a contact due, with a customer of somebody else."""
    leaver_id = await known_staff(service, name)
    found = await open_opportunity(service, by=service.client("sales_manager", name=name))
    body = {
        "customer_id": found["customer_id"],
        "opportunity_id": found["id"],
        "kind": "call",
        "result": "unchanged",
        "next_contact_on": str(today(3)),
    }
    async with service.client("sales_manager", name=name) as client:
        succeeded(await client.post("/v1/activities", json=body))
    return leaver_id, found


async def test_the_open_work_of_a_leaver_goes_to_the_successor(
    opportunity: ServiceUnderTest,
) -> None:
    """S04: with customers of others too; the successor's place counts."""
    leaver_id, found = await _work_of(opportunity, "离职者")
    closed = await open_opportunity(
        opportunity, by=opportunity.client("sales_manager", name="离职者")
    )
    async with opportunity.client("sales_manager", name="离职者") as client:
        path = f"/v1/opportunities/{closed['id']}/abandon"
        succeeded(await client.post(path, json={"reason": "停建"}))
    heir = await known_staff(opportunity, "接任者", department="销售三部", branch="成都")
    envelope = await deliver(opportunity, _left(leaver_id, heir), leaver_id, 2)
    await redeliver(opportunity, envelope)
    after = await _read(opportunity, found["id"])
    assert (after["owner_id"], after["department"], after["branch"]) == (
        str(heir),
        "销售三部",
        "成都",
    )
    assert (await _read(opportunity, closed["id"]))["owner_id"] == str(leaver_id)
    async with opportunity.client("executive") as client:
        due = succeeded(await client.get("/v1/next-contacts", params={"owner_id": str(heir)}))
    assert [each["customer_id"] for each in due["items"]] == [found["customer_id"]]
    assert await steps(opportunity, found) == ["opened", "changed"]
    assert await parked(opportunity) == []


async def test_a_successor_not_heard_of_yet_takes_the_place_of_the_leaver(
    opportunity: ServiceUnderTest,
) -> None:
    """S04: the event of somebody hired a moment ago may come later."""
    leaver_id, found = await _work_of(opportunity, "早退者")
    heir = new_id()
    await deliver(opportunity, _left(leaver_id, heir), leaver_id, 2)
    after = await _read(opportunity, found["id"])
    assert (after["owner_id"], after["branch"]) == (str(heir), "武汉")
    assert await parked(opportunity) == []


async def test_without_a_successor_open_work_stays(opportunity: ServiceUnderTest) -> None:
    """S04: a manager hands it over."""
    leaver_id, found = await _work_of(opportunity, "无继者")
    await deliver(opportunity, _left(leaver_id, None), leaver_id, 2)
    assert (await _read(opportunity, found["id"]))["owner_id"] == str(leaver_id)
    assert await steps(opportunity, found) == ["opened"]


async def test_quotes_follow_their_customer_and_the_answered_stay(
    opportunity: ServiceUnderTest,
) -> None:
    """S04: approved as it is, a quote is sent and answered by the new owner."""
    listed = await listed_product(opportunity)
    found = await project(opportunity)
    lines, ours = [line(listed)], {"opportunity_id": found["id"]}
    pending = await draft_quote(opportunity, lines, **ours)
    approved = await approved_quote(opportunity, lines, **ours)
    accepted = await approved_quote(opportunity, lines, **ours)
    accepted = succeeded(await on_quote(opportunity, accepted, "accept"))
    heir = opportunity.person("报价接任者", "TESTS/EAST/SH/S4/")
    state = customer_state(UUID(found["customer_id"]), owner_id=heir, department="销售四部")
    moved = CustomerOwnerChanged(**state, previous_owner_id=UUID(found["owner_id"]))
    await deliver(opportunity, moved, UUID(found["customer_id"]), 2)
    assert await steps(opportunity, pending) == ["drafted", "handed_over"]
    assert (await steps(opportunity, accepted))[-1] == "accepted"
    async with opportunity.client("account_manager", name="报价接任者") as client:
        page = succeeded(await client.get("/v1/quotes", params={"opportunity_id": found["id"]}))
        assert {each["id"] for each in page["items"]} == {pending["id"], approved["id"]}
        path = f"/v1/quotes/{approved['id']}"
        seen = succeeded(await client.get(path))
        sent = succeeded(await client.post(f"{path}/send", headers=etag(seen)))
    assert (sent["status"], sent["owner_id"], sent["department"]) == ("sent", str(heir), "销售四部")


async def test_an_approval_goes_to_the_managers_of_the_new_owner(
    opportunity: ServiceUnderTest,
) -> None:
    """S04, S215, S221: those of the former owner see it no more."""
    listed = await listed_product(opportunity)
    found = await project(opportunity)
    lines = [line(listed, discount="0.04")]
    drafted = await draft_quote(opportunity, lines, opportunity_id=found["id"])
    waiting = succeeded(await on_quote(opportunity, drafted, "submit"))
    assert waiting["status"] == "in_approval"
    unit = "TESTS/EAST/SH/S5/"
    heir = opportunity.person("接手报价者", unit)
    state = customer_state(UUID(found["customer_id"]), owner_id=heir, department="销售五部")
    moved = CustomerOwnerChanged(**state, previous_owner_id=UUID(found["owner_id"]))
    await deliver(opportunity, moved, UUID(found["customer_id"]), 2)
    path = "/v1/approvals/opportunity"
    query = {"document_id": waiting["id"]}
    async with (
        opportunity.client("sales_manager", name="原部门经理") as former,
        opportunity.client("sales_manager", name="新部门经理", unit=unit) as present,
    ):
        assert succeeded(await former.get(path, params=query))["items"] == []
        (mine,) = succeeded(await present.get(path, params=query))["items"]
        listed_there = succeeded(await present.get(f"{path}/waiting"))["items"]
        assert mine["id"] in {each["id"] for each in listed_there}
        for client, status in ((former, 404), (present, 200)):
            answer = await client.post(f"{path}/{mine['id']}/approve", json={}, headers=etag(mine))
            assert answer.status_code == status
        seen = succeeded(await present.get(f"/v1/quotes/{waiting['id']}"))
    assert (seen["status"], seen["owner_id"]) == ("approved", str(heir))


async def test_what_is_opened_at_the_same_moment_follows_as_well(
    opportunity: ServiceUnderTest,
) -> None:
    """S04: an opportunity whose transaction is open while its customer is handed over does not stay
    behind with somebody who does not see the customer any more."""
    customer_id = await known_customer(opportunity)
    before, heir = opportunity.person("account_manager"), new_id()
    state = customer_state(customer_id, owner_id=heir)
    moved = CustomerOwnerChanged(**state, previous_owner_id=before)
    async with opportunity.db.transaction(Actor(before, "account_manager")) as uow:
        found = await service.open_opportunity(
            uow, service.OpenOpportunity(customer_id, Estimate(name="增容改造", currency="CNY"))
        )
        handing = asyncio.create_task(deliver(opportunity, moved, customer_id, 2))
        await asyncio.sleep(0.5)  # unless it waits for us, it is through by now
    await handing
    assert (await _read(opportunity, str(found.id)))["owner_id"] == str(heir)
    assert await parked(opportunity) == []
