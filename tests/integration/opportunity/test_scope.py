"""Whose opportunities, quotes and activities somebody sees; and how the replicas tell it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from services.opportunity.app import create_app
from shared.domain.ids import new_id
from shared.events.organisation import RoleChanged, UnitOpened
from shared.events.staff import StaffChanged, StaffHired
from tests.support.opportunity import (
    deliver,
    draft_quote,
    known_customer,
    line,
    listed_product,
    money,
    open_opportunity,
    register,
    succeeded,
    today,
)
from tests.support.services import ServiceUnderTest, token_keys
from tests.support.standing_in import appointed, revoked

TEAM_A, TEAM_B, OTHER_DEPARTMENT = "TESTS/EAST/SH/S1/A/", "TESTS/EAST/SH/S1/B/", "TESTS/EAST/SH/S2/"
SELLERS = {"甲": TEAM_A, "乙": TEAM_B, "丙": OTHER_DEPARTMENT}
Json = dict[str, Any]


@pytest.fixture(scope="module")
async def work(opportunity: ServiceUnderTest) -> dict[str, Json]:
    """By seller: the customer, and an opportunity, a quote and an activity with it."""
    breaker = await listed_product(opportunity)
    made: dict[str, Json] = {}
    for name, unit in SELLERS.items():

        def seller(name: str = name, unit: str = unit) -> httpx.AsyncClient:
            return opportunity.client("account_manager", name=name, unit=unit)

        customer_id = await known_customer(opportunity, owner_id=opportunity.person(name, unit))
        found = await open_opportunity(
            opportunity, by=seller(), customer_id=customer_id, expected_amount=money("100.00")
        )
        succeeded(await register(opportunity, found, by=seller()))
        quote = await draft_quote(
            opportunity, [line(breaker)], by=seller(), opportunity_id=found["id"]
        )
        async with seller() as client:
            body = {"customer_id": str(customer_id), "kind": "call", "result": "advanced"}
            body["next_contact_on"] = str(today(3))
            activity = succeeded(await client.post("/v1/activities", json=body))
        made[name] = {
            "customer": str(customer_id),
            "opportunities": found,
            "quotes": quote,
            "activities": activity,
        }
    return made


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("account_manager", {"甲"}),
        ("sales_assistant", {"甲"}),
        ("sales_manager", {"甲", "乙"}),
        ("finance", {"甲", "乙", "丙"}),
    ],
)
async def test_documents_are_seen_as_far_as_the_role_reaches(
    opportunity: ServiceUnderTest, work: dict[str, Json], role: str, seen: set[str]
) -> None:
    """S215, S216: one by one, in lists, and in the sums over the pipeline."""
    name = "甲" if role == "account_manager" else role
    async with opportunity.client(role, name=name, unit=TEAM_A) as client:
        for kind in ("opportunities", "quotes", "activities"):
            documents = {owner: each[kind]["id"] for owner, each in work.items()}
            for owner, document_id in documents.items():
                answer = await client.get(f"/v1/{kind}/{document_id}")
                assert answer.status_code == (200 if owner in seen else 404), (kind, owner)
            items = succeeded(await client.get(f"/v1/{kind}?page_size=200"))["items"]
            assert {each["id"] for each in items} == {documents[owner] for owner in seen}
        due = succeeded(await client.get("/v1/next-contacts?page_size=200"))["items"]
        assert {each["customer_id"] for each in due} == {work[each]["customer"] for each in seen}
        stages = succeeded(await client.get("/v1/opportunities/pipeline"))["stages"]
        assert sum(each["count"] for each in stages) == len(seen)
        matrix = succeeded(await client.get("/v1/opportunities/matrix"))["cells"]
        assert sum(each["count"] for each in matrix) == len(seen)


async def test_what_is_hidden_cannot_be_changed_or_built_upon(
    opportunity: ServiceUnderTest, work: dict[str, Json]
) -> None:
    """S215: it is answered as what is not there."""
    theirs = work["乙"]
    async with opportunity.client("account_manager", name="甲", unit=TEAM_A) as client:

        async def both(path: str, known: str, body: Any = None) -> list[Any]:
            answers = [
                await client.post(path.format(each), json=body, headers={"If-Match": '"v1"'})
                for each in (known, missing)
            ]
            return [(each.status_code, each.json()["code"]) for each in answers]

        missing = str(new_id())
        move = await both(
            "/v1/opportunities/{}/move", theirs["opportunities"]["id"], {"stage": "proposal"}
        )
        submit = await both("/v1/quotes/{}/submit", theirs["quotes"]["id"])
        assert move == submit == [(404, "not_found")] * 2
        for customer_id in (theirs["customer"], missing):
            body = {"customer_id": customer_id, "name": "挖墙脚"}
            refused = await client.post("/v1/opportunities", json=body)
            assert (refused.status_code, refused.json()["code"]) == (422, "unknown_customer")
            body = {"customer_id": customer_id, "kind": "call", "result": "advanced"}
            refused = await client.post("/v1/activities", json=body)
            assert (refused.status_code, refused.json()["code"]) == (422, "unknown_customer")


async def test_a_move_a_role_and_a_deputy_are_followed_by_events(
    opportunity: ServiceUnderTest,
) -> None:
    """S18, S214, S215: from the replicas alone, read anew within five seconds."""
    settings = opportunity.app.state.context.settings
    app = create_app(settings, opportunity.db, token_keys)
    service = ServiceUnderTest(opportunity.service, app, opportunity.db, opportunity.owner_dsn)
    units = {"HQ/": "company", "HQ/N/": "region", "HQ/N/D/": "department", "HQ/N/E/": "department"}
    for path, kind in units.items():
        unit_id, code = new_id(), path.split("/")[-2]
        state = {"code": code, "name": code, "parent_id": None, "manager_id": None}
        opened = UnitOpened(unit_id=unit_id, kind=kind, path=path, status="open", **state)
        await deliver(service, opened, unit_id)

    def hired(name: str, path: str, *roles: str) -> Json:
        place = {"department": None, "branch": None, "unit_path": path}
        person = {"staff_id": service.people[name], "name": name, "roles": roles}
        return {**person, **place, "status": "active"}

    for name, path in (("销售", "HQ/N/E/"), ("经理", "HQ/N/D/"), ("同事", "HQ/N/D/")):
        service.people[name] = new_id()
        person = StaffHired(**hired(name, path, "account_manager"))
        await deliver(service, person, person.staff_id)
    seller = service.people["销售"]
    customer_id = await known_customer(service, owner_id=seller)
    by = service.client("account_manager", name="销售")
    found = await open_opportunity(service, by=by, customer_id=customer_id)

    async def sees(role: str, name: str) -> bool:
        async with service.client(role, name=name) as client:  # which forgets what was known
            return (await client.get(f"/v1/opportunities/{found['id']}")).is_success

    assert not await sees("sales_manager", "经理")
    await deliver(service, StaffChanged(**hired("销售", "HQ/N/D/", "account_manager")), seller, 2)
    assert await sees("sales_manager", "经理")
    assert not await sees("account_manager", "同事")
    await deliver(service, StaffChanged(**hired("销售", "HQ/N/E/", "account_manager")), seller, 3)
    assert not await sees("sales_manager", "经理")

    wider: Json = {"name": "Sales manager", "name_zh": "销售经理", "status": "active"}
    wider |= {"permissions": ("opportunity.read",), "predefined": True, "reach": "region"}
    role_id = new_id()
    changed = RoleChanged(role_id=role_id, code="sales_manager", **wider)
    await deliver(service, changed, role_id, 2)
    app.state.context.forget()
    assert await sees("sales_manager", "经理")
    narrow = RoleChanged(role_id=role_id, code="sales_manager", **wider | {"reach": "team"})
    await deliver(service, narrow, role_id, 3)
    app.state.context.forget()
    assert not await sees("sales_manager", "经理")

    later = await appointed(service, service.people["同事"], seller, 1, 3)
    assert not await sees("account_manager", "同事")
    now = await appointed(service, service.people["同事"], seller)
    assert await sees("account_manager", "同事")
    await revoked(service, now)
    await revoked(service, later)
    assert not await sees("account_manager", "同事")
