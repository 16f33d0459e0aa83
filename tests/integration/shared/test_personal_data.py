"""What is known about a person is given out at their request: all of it, by each service for its
own, to who may ask, and noted."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.ids import new_id
from tests.conftest import Launch
from tests.support.canaries import spread, within
from tests.support.services import ServiceUnderTest

SERVICES = ("customer", "opportunity", "order", "analytics")
Json = dict[str, Any]
PERSON = {
    "name": "请求甲",
    "position": "总监",
    "department": "采购",
    "phone": "+8613900030001",
    "email": "asks@example.com",
    "wechat": "asks-wechat",
    "birthday": "1961-07-19",
    "note": "备注请求",
}


@pytest.fixture(scope="module")
async def system(launch: Launch) -> dict[str, ServiceUnderTest]:
    """The four services."""
    return {name: await launch(name) for name in SERVICES}


async def exported(service: ServiceUnderTest, kind: str, subject_id: str) -> dict[str, list[Json]]:
    """What the steward is given, by table."""
    body = {"subject_type": kind, "subject_id": subject_id, "reason": "本人请求"}
    path = f"/v1/personal-data/{service.service.name}/export"
    async with service.client("data_steward") as client:
        answer = await client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    return {each["table"]: each["rows"] for each in answer.json()["tables"]}


async def entered(system: dict[str, ServiceUnderTest]) -> tuple[Json, Json]:
    """A customer and a contact, who was visited."""
    async with system["customer"].client("sales_manager") as client:
        customer = (await client.post("/v1/customers", json={"name": "请求公司"})).json()
        contacts = f"/v1/customers/{customer['id']}/contacts"
        headers = {"Idempotency-Key": str(new_id())}
        contact = (await client.post(contacts, json=PERSON, headers=headers)).json()
    await spread(system["customer"], *(system[name] for name in SERVICES[1:]))
    visit = {
        "customer_id": customer["id"],
        "contact_id": contact["id"],
        "kind": "visit",
        "result": "advanced",
        "details": "谈了家事",
        "happened_at": "2026-11-20T10:00:00Z",
    }
    async with system["opportunity"].client("general_manager") as client:
        assert (await client.post("/v1/activities", json=visit)).status_code == 201
    return customer, contact


async def test_a_contact_is_given_all_there_is(system: dict[str, ServiceUnderTest]) -> None:
    """GDPR Art. 15 and 20, PIPL 45."""
    customer, contact = await entered(system)
    found = await exported(system["customer"], "contact", contact["id"])
    (row,) = found["contact"]
    assert {name: row[name] for name in PERSON} == PERSON
    assert row["customer_id"] == customer["id"]
    (answer,) = found["idempotency_key"]
    assert within(answer["body"], PERSON.values()) == set(PERSON.values())
    visited = await exported(system["opportunity"], "contact", contact["id"])
    assert [each["details"] for each in visited["activity"]] == ["谈了家事"]
    assert await exported(system["order"], "contact", contact["id"]) == {}
    again = await exported(system["customer"], "contact", contact["id"])
    assert [each["reason"] for each in again["subject_request"]] == ["本人请求"]


async def test_staff_and_sole_traders_are_given_what_each_service_knows(
    system: dict[str, ServiceUnderTest],
) -> None:
    """GDPR Art. 15: names in replicas, who acted from where, what was written about them."""
    async with system["customer"].client("administrator") as client:
        body = {"login": "asker", "name": "员工请求", "roles": ["finance"], "position": "会计"}
        person = (await client.post("/v1/staff", json=body)).json()
        trader = {"name": "张三小吃店", "phone": "+8613900030002", "note": "常客"}
        customer = (await client.post("/v1/customers", json=trader)).json()
    await spread(system["customer"], *(system[name] for name in SERVICES[1:]))
    own = await exported(system["customer"], "staff", person["id"])
    assert (own["staff"][0]["login"], own["staff"][0]["name"]) == ("asker", "员工请求")
    assert "password_hash" not in own["staff"][0]
    table = {"opportunity": "staff", "order": "staff", "analytics": "facts.staff"}
    for name, replica in table.items():
        (row,) = (await exported(system[name], "staff", person["id"]))[replica]
        assert row["name"] == "员工请求"
    own = await exported(system["customer"], "customer", customer["id"])
    assert own["customer"][0] | trader == own["customer"][0]
    table = {"opportunity": "customer", "order": "customer", "analytics": "facts.customer"}
    for name, replica in table.items():
        (row,) = (await exported(system[name], "customer", customer["id"]))[replica]
        assert row["name"] == "张三小吃店"


async def test_the_audited_are_given_what_the_audit_says_of_them(
    system: dict[str, ServiceUnderTest],
) -> None:
    """GDPR Art. 15: once each, however much somebody did."""
    service = system["customer"]
    async with service.client("administrator", name="王做事") as client:
        for name in ("甲", "乙"):
            body = {"name": f"{name}公司", "accept_duplicates": True}
            assert (await client.post("/v1/customers", json=body)).status_code == 201
    found = await exported(service, "staff", str(service.people["王做事"]))
    assert {"actor_name": "王做事"} in found["audit_entry"]
    assert len(found["audit_entry"]) == 2  # and from which address


@pytest.mark.parametrize("name", SERVICES)
async def test_somebody_unknown_is_given_nothing(
    system: dict[str, ServiceUnderTest], name: str
) -> None:
    """Each service answers for its own, and without a reason for nobody."""
    for kind in ("contact", "customer", "staff"):
        assert await exported(system[name], kind, str(new_id())) == {}
    path = f"/v1/personal-data/{name}/export"
    body = {"subject_type": "contact", "subject_id": str(new_id()), "reason": "本人请求"}
    async with system[name].client("data_steward") as client:
        for wrong in ({"reason": ""}, {"subject_type": "dog"}, {"subject_id": "x"}):
            assert (await client.post(path, json=body | wrong)).status_code == 422
        key = {"Idempotency-Key": "1"}  # what is given out is kept nowhere
        assert (await client.post(path, json=body, headers=key)).status_code == 400
    async with system[name].client("general_manager") as client:
        refused = await client.post(path, json=body)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


async def test_who_does_not_see_everything_gives_nothing_out(
    system: dict[str, ServiceUnderTest],
) -> None:
    """S215: half of what is known would not be all; nothing is noted either."""
    role = {
        "code": "local_steward",
        "name": "Local steward",
        "name_zh": "本地管理员",
        "permissions": ["personal_data.export", "contact.read"],
        "reach": "own",
    }
    service = system["customer"]
    async with service.client("administrator") as client:
        assert (await client.post("/v1/roles", json=role)).status_code == 201
    body = {"subject_type": "contact", "subject_id": str(new_id()), "reason": "本人请求"}
    async with service.client("local_steward") as client:
        refused = await client.post("/v1/personal-data/customer/export", json=body)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert await exported(service, "contact", body["subject_id"]) == {}
