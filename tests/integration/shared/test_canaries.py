"""Personal data stay where they were entered: thirty canary values go in through the API, and come
out in no event, log, metric, refusal, audit entry, or database of another service."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.domain.ids import new_id
from tests.conftest import Launch
from tests.support.canaries import spread, traces, within
from tests.support.fulfilment import received
from tests.support.services import ServiceUnderTest

SERVICES = ("customer", "opportunity", "order", "analytics")
#: Where the values may stand.
HOMES = {
    "customer": {
        *("customer", "contact", "deputy", "import_chunk"),
        *("level_proposal", "approval_opinion"),
    },
    "opportunity": {"activity"},
    "order": {"receipt"},
    "analytics": set(),
}
CUSTOMER = {
    "tax_id": "91310000MA1K35XT01",
    "phone": "+8613900010001",
    "email": "canary01@example.com",
    "address": "金丝雀路一号",
    "note": "金丝雀备注一",
}
REGISTRANT = {
    "phone": "+8613900010002",
    "email": "canary02@example.com",
    "address": "金丝雀路二号",
    "note": "金丝雀备注二",
}
CONTACT = {
    "name": "金丝雀甲",
    "position": "金丝雀总监",
    "department": "金丝雀科",
    "phone": "+8613900010003",
    "email": "canary03@example.com",
    "wechat": "canary-wechat-03",
    "birthday": "1931-07-19",
    "note": "金丝雀备注三",
}
CHANGED = {
    "name": "金丝雀乙",
    "phone": "+8613900010004",
    "email": "canary04@example.com",
    "wechat": "canary-wechat-04",
    "birthday": "1932-08-18",
    "note": "金丝雀备注四",
}
REFUSED = {
    "phone": "金丝雀电话",
    "email": "canary05 at example",
    "birthday": "1933-13-17",
    "wechat": "canary-wechat-05" * 200,
}
REASON, DETAILS, ACCOUNT = "金丝雀病假", "金丝雀谈了家事", "622200CANARY0006"
WORTH, OPINION = "金丝雀与总经理同学", "金丝雀不可靠"
CANARIES = [
    *(
        value
        for body in (CUSTOMER, REGISTRANT, CONTACT, CHANGED, REFUSED)
        for value in body.values()
    ),
    *(REASON, DETAILS, ACCOUNT, WORTH, OPINION),
]


@pytest.fixture(scope="module")
async def system(launch: Launch) -> dict[str, ServiceUnderTest]:
    """The four services."""
    return {name: await launch(name) for name in SERVICES}


async def _created(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """What was created, with a key whose answer is kept."""
    answer = await client.post(path, json=body, headers={"Idempotency-Key": str(new_id())})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def _enter(system: dict[str, ServiceUnderTest]) -> list[str]:
    """Enter all values; return the refusals that were given."""
    refusals = []
    service = system["customer"]
    async with service.client("administrator") as admin, service.client("sales_manager") as client:
        customer = await _created(client, "/v1/customers", {"name": "采煤公司"} | CUSTOMER)
        contacts = f"/v1/customers/{customer['id']}/contacts"
        contact = await _created(client, contacts, CONTACT)
        for name, value in REFUSED.items():
            refused = await client.post(contacts, json=CONTACT | {name: value})
            assert refused.status_code == 422, refused.text
            refusals.append(refused.text)
        doubled = {"name": "另一采煤公司", "tax_id": CUSTOMER["tax_id"]}
        refusals.append((await client.post("/v1/customers", json=doubled)).text)
        changed = await client.patch(
            f"{contacts}/{contact['id']}", json=CHANGED, headers={"If-Match": '"v1"'}
        )
        assert changed.status_code == 200, changed.text
        wish = {"level": "A", "reason": WORTH}
        await _created(client, f"/v1/customers/{customer['id']}/level-proposals", wish)
        (waiting,) = (await client.get("/v1/approvals/customer")).json()["items"]
        said = await client.post(
            f"/v1/approvals/customer/{waiting['id']}/comment", json={"comment": OPINION}
        )
        assert said.status_code == 200, said.text
        people = [
            await _created(admin, "/v1/staff", {"login": login, "name": login, "roles": roles})
            for login, roles in (("one", ["sales_manager"]), ("two", ["sales_manager"]))
        ]
        body = {
            "principal_id": people[0]["id"],
            "deputy_id": people[1]["id"],
            "starts_on": "2200-01-01",
            "ends_on": "2200-01-02",
            "reason": REASON,
        }
        await _created(admin, "/v1/deputies", body)
        registration = {"name": "来客公司"} | REGISTRANT
        assert (await client.post("/v1/registrations", json=registration)).is_success
        found = await client.get("/v1/customers", params={"q": CONTACT["phone"]})
        assert found.status_code == 200
    await spread(service, system["opportunity"], system["order"], system["analytics"])
    await _log_activity(system["opportunity"], customer["id"], contact["id"])
    await received(system["order"], UUID(customer["id"]), "10.00", account=ACCOUNT)
    for name in ("opportunity", "order"):
        others = [each for other, each in system.items() if other != name]
        await spread(system[name], *others)
    return refusals


async def _log_activity(service: ServiceUnderTest, customer_id: str, contact_id: str) -> None:
    body = {
        "customer_id": customer_id,
        "contact_id": contact_id,
        "kind": "call",
        "result": "advanced",
        "details": DETAILS,
        "happened_at": "2026-11-20T10:00:00Z",
    }
    async with service.client("general_manager") as client:
        await _created(client, "/v1/activities", body)


async def test_personal_values_stay_where_they_belong(
    system: dict[str, ServiceUnderTest], capfd: pytest.CaptureFixture[str]
) -> None:
    """Invariants 40 and 41."""
    assert len(CANARIES) == len(set(CANARIES)) >= 30 - 4
    refusals = await _enter(system)
    assert within("\n".join(refusals), set(CANARIES) - {CONTACT["name"]}) == set()
    for name, service in system.items():
        found = await traces(service, CANARIES)
        assert found.keys() - HOMES[name] - {"idempotency_key"} == set(), (name, found)
        async with service.anonymous() as client:
            assert within((await client.get("/metrics")).text, CANARIES) == set()
    entered = await traces(system["customer"], CANARIES)
    assert {*CUSTOMER.values(), *REGISTRANT.values()} <= entered["customer"]
    assert set(CHANGED.values()) <= entered["contact"]
    logged = capfd.readouterr()
    assert within(logged.out + logged.err, CANARIES) == set()
