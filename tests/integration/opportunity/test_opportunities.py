"""Opportunities: opened, rated, moved through stages, planned, closed, and viewed as a whole."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from shared.domain.ids import new_id
from tests.support.opportunity import (
    etag,
    known_customer,
    known_staff,
    money,
    open_opportunity,
    steps,
    succeeded,
    today,
)
from tests.support.services import ServiceUnderTest


async def _post(
    service: ServiceUnderTest, found: dict[str, Any], step: str, **body: Any
) -> httpx.Response:
    mine = found["owner_id"] == str(service.person("account_manager"))
    async with service.client("account_manager" if mine else "sales_manager") as client:
        return await client.post(f"/v1/opportunities/{found['id']}/{step}", json=body)


async def test_an_opportunity_is_opened_and_read_again(
    opportunity: ServiceUnderTest,
) -> None:
    """S71: source, customer, estimate, probability."""
    customer_id = await known_customer(opportunity, region="华东")
    opened = await open_opportunity(
        opportunity,
        customer_id=customer_id,
        source="展会",
        kind="replacement",
        probability="0.6",
        expected_amount=money("1200000.00"),
        expected_close=str(today(60)),
    )
    async with opportunity.client("account_manager") as client:
        read = await client.get(f"/v1/opportunities/{opened['id']}")
    assert read.json() == opened
    assert (opened["status"], opened["stage"], opened["number"]) == ("open", "preparation", None)
    assert (opened["branch"], opened["region"]) == ("上海", "华东")
    (event,) = [
        event["data"]
        for event in await opportunity.published("crm.opportunity.opportunity.opened.v1")
        if event["data"]["opportunity_id"] == opened["id"]
    ]
    assert event["expected_amount"] == money("1200000.00")
    assert (event["probability"], event["stage_position"]) == ("0.600000", 1)


async def test_an_unknown_customer_is_refused_as_perhaps_not_arrived_yet(
    opportunity: ServiceUnderTest,
) -> None:
    body = {"name": "机会", "customer_id": str(new_id())}
    async with opportunity.client("account_manager") as client:
        refused = await client.post("/v1/opportunities", json=body)
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (422, "unknown_customer")
    assert problem["retryable"] is True
    assert problem["errors"][0]["pointer"] == "/customer_id"
    assert refused.headers["retry-after"] == "1"


async def test_a_rejected_customer_is_not_pursued(opportunity: ServiceUnderTest) -> None:
    """S24."""
    customer_id = await known_customer(opportunity, status="rejected")
    async with opportunity.client("account_manager") as client:
        body = {"name": "机会", "customer_id": str(customer_id)}
        refused = await client.post("/v1/opportunities", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "customer_rejected")


async def test_an_opportunity_belongs_to_the_branch_of_its_owner(
    opportunity: ServiceUnderTest,
) -> None:
    owner_id = await known_staff(opportunity, "天津业务员", branch="天津")
    opened = await open_opportunity(opportunity, owner_id=str(owner_id))
    assert (opened["owner_id"], opened["branch"]) == (str(owner_id), "天津")
    async with opportunity.client("account_manager") as client:
        body = {"name": "机会", "customer_id": opened["customer_id"], "owner_id": str(new_id())}
        refused = await client.post("/v1/opportunities", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_staff")


async def test_the_way_through_the_stages_is_kept_with_its_durations(
    opportunity: ServiceUnderTest,
) -> None:
    """S74: forward and back."""
    found = await open_opportunity(opportunity)
    for stage in ("contact", "proposal", "contact"):
        moved = succeeded(await _post(opportunity, found, "move", stage=stage))
    same = await _post(opportunity, found, "move", stage="contact")
    unknown = await _post(opportunity, found, "move", stage="nowhere")
    history = moved["history"]
    assert [each["stage"] for each in history] == ["preparation", "contact", "proposal", "contact"]
    assert [each["left_at"] for each in history[:-1]] == [
        each["entered_at"] for each in history[1:]
    ]
    assert [each["seconds"] for each in history] == [0, 0, 0, None]
    assert moved["stage_since"] == history[-1]["entered_at"]
    assert (same.status_code, unknown.status_code) == (409, 422)
    events = [
        (event["data"]["previous_stage"], event["data"]["stage"], event["data"]["stage_position"])
        for event in await opportunity.published("crm.opportunity.opportunity.stage_changed.v1")
        if event["data"]["opportunity_id"] == found["id"]
    ]
    assert events == [
        ("preparation", "contact", 2),
        ("contact", "proposal", 4),
        ("proposal", "contact", 2),
    ]


async def test_the_development_plan_is_made_and_carried_out(
    opportunity: ServiceUnderTest,
) -> None:
    """S72, S73."""
    found = await open_opportunity(opportunity)
    day = str(today(7))
    await _post(opportunity, found, "plan", due_on=day, action="拜访总工")
    planned = succeeded(await _post(opportunity, found, "plan", due_on=day, action="送样"))
    visit, sample = planned["plan"]
    done = succeeded(
        await _post(opportunity, found, f"plan/{visit['id']}/complete", result="同意试用")
    )
    again = await _post(opportunity, found, f"plan/{visit['id']}/complete", result="又一次")
    path = f"/v1/opportunities/{found['id']}/plan"
    async with opportunity.client("account_manager") as client:
        kept = await client.delete(f"{path}/{visit['id']}", headers=etag(done))
        left = succeeded(await client.delete(f"{path}/{sample['id']}", headers=etag(done)))
        gone = await client.delete(f"{path}/{sample['id']}", headers=etag(left))
    assert left["plan"] == [visit | {"done_on": str(today()), "result": "同意试用"}]
    assert [each.status_code for each in (again, kept, gone)] == [409, 409, 404]


@pytest.mark.parametrize(
    ("step", "status", "event"),
    [("win", "won", "won"), ("lose", "lost", "lost"), ("abandon", "abandoned", "lost")],
)
async def test_an_opportunity_ends_with_a_reason(
    opportunity: ServiceUnderTest, step: str, status: str, event: str
) -> None:
    """S73."""
    found = await open_opportunity(opportunity)
    unreasoned = await _post(opportunity, found, step)
    closed = succeeded(await _post(opportunity, found, step, reason="价格"))
    assert unreasoned.status_code == 422
    assert (closed["status"], closed["close_reason"]) == (status, "价格")
    assert closed["history"][-1]["left_at"] == closed["closed_at"]
    assert await steps(opportunity, found) == ["opened", event]
    for after, body in (("move", {"stage": "contact"}), ("lose", {"reason": "又"})):
        refused = await _post(opportunity, found, after, **body)
        assert (refused.status_code, refused.json()["code"]) == (409, "opportunity_state")


async def test_a_loss_names_the_competitor(opportunity: ServiceUnderTest) -> None:
    """S73."""
    found = await open_opportunity(opportunity)
    lost = succeeded(await _post(opportunity, found, "lose", reason="价格", competitor="西门子"))
    assert lost["competitor"] == "西门子"
    *_, event = await opportunity.published("crm.opportunity.opportunity.lost.v1")
    assert (event["data"]["reason"], event["data"]["competitor"]) == ("价格", "西门子")


async def test_fields_are_changed_only_at_the_version_that_was_seen(
    opportunity: ServiceUnderTest,
) -> None:
    found = await open_opportunity(opportunity, expected_amount=money("10.00"))
    path = f"/v1/opportunities/{found['id']}"
    async with opportunity.client("account_manager") as client:
        changed = succeeded(
            await client.patch(
                path,
                json={"likelihood": "A", "progress": "hot", "expected_amount": None},
                headers=etag(found),
            )
        )
        stale = await client.patch(path, json={"likelihood": "B"}, headers=etag(found))
        blind = await client.patch(path, json={"likelihood": "B"})
        extra = await client.patch(path, json={"status": "won"}, headers=etag(changed))
    assert (changed["likelihood"], changed["progress"], changed["expected_amount"]) == (
        "A",
        "hot",
        None,
    )
    assert changed["name"] == found["name"]
    assert [each.status_code for each in (stale, blind, extra)] == [412, 428, 422]


async def test_managers_hand_opportunities_over(opportunity: ServiceUnderTest) -> None:
    """S04."""
    found = await open_opportunity(opportunity)
    owner_id = await known_staff(opportunity, "接手人", department="销售三部", branch="成都")
    path = f"/v1/opportunities/{found['id']}/hand-over"
    async with opportunity.client("sales_manager") as client:
        handed = succeeded(await client.post(path, json={"owner_id": str(owner_id)}))
    async with opportunity.client("account_manager") as client:
        refused = await client.post(path, json={"owner_id": str(owner_id)})
    assert (handed["owner_id"], handed["branch"]) == (str(owner_id), "成都")
    assert refused.status_code == 403


async def test_the_list_is_filtered_and_paged(opportunity: ServiceUnderTest) -> None:
    """S74, S82."""
    customer_id = await known_customer(opportunity)
    made = [
        await open_opportunity(opportunity, customer_id=customer_id, likelihood=likelihood)
        for likelihood in ("A", "B", "A")
    ]
    async with opportunity.client("finance") as client:

        async def listed(**params: Any) -> list[str]:
            wanted = {"customer_id": str(customer_id), **params}
            found = succeeded(await client.get("/v1/opportunities", params=wanted))
            return [each["id"] for each in found["items"]]

        ids = [each["id"] for each in made]
        assert await listed() == ids[::-1]
        assert await listed(sort="created") == ids
        assert await listed(sort="stage_since") == ids
        assert await listed(likelihood="A", status="open") == [ids[2], ids[0]]
        assert await listed(likelihood="A", stage="contact") == []
        assert await listed(owner_id=str(new_id())) == []
        wanted: dict[str, Any] = {"customer_id": str(customer_id), "page_size": 2}
        first = succeeded(await client.get("/v1/opportunities", params=wanted))
        wanted["page_token"] = first["next_page_token"]
        rest = succeeded(await client.get("/v1/opportunities", params=wanted))
    assert [each["id"] for each in first["items"] + rest["items"]] == ids[::-1]
    async with opportunity.client("warehouse") as client:
        assert (await client.get("/v1/opportunities")).status_code == 403


async def test_the_rating_matrix_counts_and_never_mixes_currencies(
    opportunity: ServiceUnderTest,
) -> None:
    """S82: A, B, C by hot, warm, cold."""
    owner_id = str(await known_staff(opportunity, "评级人"))
    hot: dict[str, Any] = {"owner_id": owner_id, "likelihood": "A", "progress": "hot"}
    await open_opportunity(opportunity, **hot, expected_amount=money("100.10"))
    await open_opportunity(opportunity, **hot, expected_amount=money("200.20"))
    await open_opportunity(opportunity, **hot, expected_amount=money("50.00", "USD"))
    await open_opportunity(opportunity, **hot)
    await open_opportunity(opportunity, owner_id=owner_id, likelihood="C")
    lost = await open_opportunity(opportunity, **hot, expected_amount=money("900.00"))
    await _post(opportunity, lost, "lose", reason="价格")
    async with opportunity.client("sales_manager") as client:
        matrix = succeeded(
            await client.get("/v1/opportunities/matrix", params={"owner_id": owner_id})
        )
    cells = {(cell["likelihood"], cell["progress"]): cell for cell in matrix["cells"]}
    assert len(cells) == 10
    assert cells["A", "hot"]["count"] == 4
    assert cells["A", "hot"]["amounts"] == [money("300.30"), money("50.00", "USD")]
    assert (cells["C", None]["count"], cells["C", None]["amounts"]) == (1, [])
    assert (cells["B", "cold"]["count"], cells["B", "cold"]["amounts"]) == (0, [])


async def test_the_pipeline_counts_by_stage_and_currency(
    opportunity: ServiceUnderTest,
) -> None:
    """S74."""
    owner_id = str(await known_staff(opportunity, "漏斗人"))
    found = await open_opportunity(opportunity, owner_id=owner_id, expected_amount=money("12.34"))
    await _post(opportunity, found, "move", stage="proposal")
    async with opportunity.client("sales_manager") as client:
        view = succeeded(
            await client.get("/v1/opportunities/pipeline", params={"owner_id": owner_id})
        )
    assert [(each["stage"]["name_zh"], each["count"]) for each in view["stages"]] == [
        ("准备", 0),
        ("接触", 0),
        ("探寻", 0),
        ("方案", 1),
        ("成交", 0),
    ]
    assert view["stages"][3]["amounts"] == [money("12.34")]
