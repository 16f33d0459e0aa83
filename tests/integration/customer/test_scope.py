"""Whose customers somebody sees: the same in everything that shows one, and soon after a change."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.auth import scope
from shared.domain.clock import business_date, now
from shared.domain.ids import new_id
from tests.support.organisation import act, company, opened
from tests.support.services import ServiceUnderTest
from tests.support.sign_ins import SignIns

TEAM_A, TEAM_B = "TESTS/EAST/SH/S1/A/", "TESTS/EAST/SH/S1/B/"
OTHER_DEPARTMENT, OTHER_REGION = "TESTS/EAST/SH/S2/", "TESTS/WEST/"
OWNERS = {
    "甲": TEAM_A,
    "乙": TEAM_B,
    "丙": OTHER_DEPARTMENT,
    "丁": OTHER_REGION,
}
PASSWORD = "a long enough password"
Json = dict[str, Any]


@pytest.fixture(scope="module")
async def entered(customer: ServiceUnderTest) -> dict[str, Json]:
    """A customer each, by who entered it."""
    made: dict[str, Json] = {}
    for name, unit in OWNERS.items():
        async with customer.client("account_manager", name=name, unit=unit) as client:
            body = {"name": f"视界{name}有限公司", "phone": f"1391234567{len(made)}"}
            answer = await client.post("/v1/customers", json=body)
            assert answer.status_code == 201, answer.text
            made[name] = answer.json()
            url = answer.headers["location"]
            person = {"name": "李雷", "phone": "13912345678"}
            assert (await client.post(f"{url}/contacts", json=person)).status_code == 201
    return made


async def listed(client: httpx.AsyncClient, **params: Any) -> set[str]:
    """Whose customers a list holds, page by page."""
    found: set[str] = set()
    token: str | None = None
    while True:
        query = {"page_size": 1, **params} | ({"page_token": token} if token else {})
        answer = await client.get("/v1/customers", params=query)
        assert answer.status_code == 200, answer.text
        found |= {each["name"][2] for each in answer.json()["items"]}
        token = answer.json()["next_page_token"]
        if token is None:
            return found


@pytest.mark.parametrize(
    ("reach", "seen"),
    [
        ("account_manager", {"甲"}),
        ("sales_assistant", {"甲"}),
        ("sales_manager", {"甲", "乙"}),
        ("finance", {"甲", "乙", "丙", "丁"}),
    ],
)
async def test_what_is_got_listed_and_found_is_what_the_reach_shows(
    customer: ServiceUnderTest, entered: dict[str, Json], reach: str, seen: set[str]
) -> None:
    """S215, S216: and no page counts what it does not show."""
    name = "甲" if reach == "account_manager" else reach
    async with customer.client(reach, name=name, unit=TEAM_A) as client:
        assert await listed(client) == seen
        assert await listed(client, q="视界") == seen
        assert await listed(client, q="视界", sort="name") == seen
        for owner, each in entered.items():
            got = await client.get(f"/v1/customers/{each['id']}")
            assert got.status_code == (200 if owner in seen else 404), owner
            by_id = await listed(client, owner_id=each["owner_id"])
            assert by_id == ({owner} & seen)


async def test_what_is_hidden_is_answered_as_what_is_not_there(
    customer: ServiceUnderTest, entered: dict[str, Json]
) -> None:
    """S215: record, contacts, credit, owners, look-alikes, timeline, and every change."""
    hidden, missing = entered["乙"]["id"], str(new_id())
    etag = {"If-Match": '"v1"'}
    reads = ("", "/owners", "/lookalikes", "/contacts", "/timeline", "/credit", "/credit/history")
    async with customer.client("account_manager", "finance", name="甲", unit=TEAM_A) as client:
        assert (await client.get(f"/v1/customers/{hidden}/credit")).status_code == 404
    async with customer.client("account_manager", name="甲", unit=TEAM_A) as client:

        async def both(method: str, path: str, **sent: Any) -> list[httpx.Response]:
            urls = (f"/v1/customers/{each}{path}" for each in (hidden, missing))
            return [await client.request(method, url, **sent) for url in urls]

        answers = [await both("GET", path) for path in reads]
        answers.append(await both("PATCH", "", json={"note": "x"}, headers=etag))
        answers.append(await both("POST", "/lose", json={"reason": "x"}, headers=etag))
        answers.append(await both("POST", "/contacts", json={"name": "韩梅梅"}))
    for of_hidden, of_missing in answers:
        assert of_hidden.status_code == of_missing.status_code == 404, of_hidden.text
        assert _anonymous(of_hidden, hidden) == _anonymous(of_missing, missing)


def _anonymous(answer: httpx.Response, customer_id: str) -> Json:
    body = answer.json() | {"request_id": None}
    return {name: str(value).replace(customer_id, "ID") for name, value in body.items()}


async def test_a_contact_of_a_hidden_customer_is_not_there(
    customer: ServiceUnderTest, entered: dict[str, Json]
) -> None:
    """S215: what has no owner of its own follows its customer."""
    url = f"/v1/customers/{entered['乙']['id']}/contacts"
    async with customer.client("finance") as client:
        (contact,) = (await client.get(url)).json()["items"]
    async with customer.client("account_manager", name="甲", unit=TEAM_A) as client:
        assert (await client.get(f"{url}/{contact['id']}")).status_code == 404
        headers = {"If-Match": '"v1"'}
        answer = await client.patch(f"{url}/{contact['id']}", json={}, headers=headers)
    assert answer.status_code == 404


async def test_a_look_alike_of_a_colleague_is_told_without_its_name(
    customer: ServiceUnderTest, entered: dict[str, Json]
) -> None:
    """S02, S215: nobody enters it twice unknowing, and nobody learns whose it is."""
    theirs = entered["乙"]
    async with customer.client("account_manager", name="甲", unit=TEAM_A) as client:
        refused = await client.post("/v1/customers", json={"name": theirs["name"]})
        assert (refused.status_code, refused.json()["code"]) == (409, "possible_duplicate")
        assert refused.json()["candidates"] == []
        assert refused.json()["held_by_colleague"] is True
        assert "one held by a colleague" in refused.json()["detail"]
        for private in (theirs["number"], theirs["id"], theirs["owner_id"]):
            assert private not in refused.text
        forced = {"name": theirs["name"], "accept_duplicates": True}
        made = (await client.post("/v1/customers", json=forced)).json()
        shown = (await client.get(f"/v1/customers/{made['id']}/lookalikes")).json()
    assert shown == {"items": [], "held_by_colleague": True}
    async with customer.client("sales_manager", unit=TEAM_B) as client:
        shown = (await client.get(f"/v1/customers/{made['id']}/lookalikes")).json()
    assert [each["id"] for each in shown["items"]] == [theirs["id"]]
    assert shown["held_by_colleague"] is False


async def test_who_gave_a_customer_away_sees_it_no_more(customer: ServiceUnderTest) -> None:
    """S04, S215."""
    async with customer.client("account_manager", name="交出人", unit=TEAM_A) as client:
        made = (await client.post("/v1/customers", json={"name": "易主有限公司"})).json()
        url = f"/v1/customers/{made['id']}"
        assert (await client.get(url)).status_code == 200
        async with customer.client("administrator") as administrator:
            login = {"login": "heir", "name": "接手人", "roles": ["account_manager"]}
            hired = (await administrator.post("/v1/staff", json=login)).json()
            answer = await administrator.post(
                f"{url}/hand-over", json={"owner_id": hired["id"]}, headers={"If-Match": '"v1"'}
            )
            assert answer.status_code == 200, answer.text
        assert (await client.get(url)).status_code == 404
    customer.people["heir"] = UUID(hired["id"])
    async with customer.client("account_manager", name="heir", unit=TEAM_B) as client:
        assert (await client.get(url)).status_code == 200


async def test_the_tax_id_is_shown_by_its_end_to_who_may_not_see_it(
    customer: ServiceUnderTest,
) -> None:
    """S215: who only looks is shown which it is, not what it is; and finds nobody by it."""
    tax_id = "91110000600037341L"
    async with customer.client("account_manager", name="甲", unit=TEAM_A) as client:
        body = {"name": "税号有限公司", "tax_id": tax_id}
        made = (await client.post("/v1/customers", json=body)).json()
        assert made["tax_id"] == tax_id
        found = await client.get("/v1/customers", params={"tax_id": tax_id})
        assert [each["id"] for each in found.json()["items"]] == [made["id"]]
    async with customer.client("warehouse") as client:
        shown = (await client.get(f"/v1/customers/{made['id']}")).json()
        assert shown == made | {"tax_id": "**** 341L"}
        refused = await client.get("/v1/customers", params={"tax_id": tax_id})
        assert (refused.status_code, refused.json()["permission"]) == (403, "customer.identity")


async def of_team(
    sign_ins: SignIns, name: str, unit: Json, *roles: str, login: str = ""
) -> tuple[Json, httpx.AsyncClient]:
    """Somebody who works in a unit, and their client."""
    login = login or name
    hired = await sign_ins.hire(login, *roles, unit_id=unit["id"], password=PASSWORD)
    return hired, await sign_ins.client(login, PASSWORD)


async def test_a_move_a_role_and_a_deputy_count_at_once_where_they_are_made(
    sign_ins: SignIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S18, S214, S215: elsewhere within seconds, since what is known is read anew."""
    monkeypatch.setattr(scope, "_FRESH_SECONDS", 3600)
    async with await sign_ins.administrator() as administrator:
        region = await opened(administrator, await company(administrator), "region")
        department = await opened(administrator, region, "department")
        here = await opened(administrator, department, "team")
        there = await opened(administrator, region, "team")
        rep, seller = await of_team(sign_ins, "scope.rep", there, "account_manager")
        _, leader = await of_team(sign_ins, "scope.lead", here, "sales_manager")
        stranger, deputy = await of_team(sign_ins, "scope.deputy", here, "account_manager")
        made = (await seller.post("/v1/customers", json={"name": "搬家有限公司"})).json()
        url = f"/v1/customers/{made['id']}"

        async def sees(client: httpx.AsyncClient) -> bool:
            return (await client.get(url)).status_code == 200

        assert [await sees(each) for each in (seller, leader, deputy)] == [True, False, False]
        moved = await act(administrator, there, "move", {"parent_id": department["id"]})
        assert [await sees(each) for each in (leader, deputy)] == [True, False]
        await act(administrator, moved, "move", {"parent_id": region["id"]})
        assert not await sees(leader)

        today = business_date(now())
        body = {"principal_id": rep["id"], "deputy_id": stranger["id"]}
        tomorrow = {"starts_on": str(today + timedelta(1)), "ends_on": str(today + timedelta(2))}
        assert (await administrator.post("/v1/deputies", json=body | tomorrow)).is_success
        assert not await sees(deputy)
        only_today = {"starts_on": str(today), "ends_on": str(today)}
        named = await administrator.post("/v1/deputies", json=body | only_today)
        assert await sees(deputy)
        revoke = f"/v1/deputies/{named.json()['id']}/revoke"
        assert (await administrator.post(revoke, headers={"If-Match": '"v1"'})).is_success
        assert not await sees(deputy)

        roles = (await administrator.get("/v1/roles?page_size=200")).json()["items"]
        (manager,) = [each for each in roles if each["code"] == "sales_manager"]
        for reach, visible in (("region", True), ("department", False), ("all", True)):
            headers = {"If-Match": "*"}
            path = f"/v1/roles/{manager['id']}"
            answer = await administrator.patch(path, json={"reach": reach}, headers=headers)
            assert answer.json()["reach"] == reach
            assert await sees(leader) is visible
        for client in (seller, leader, deputy):
            await client.aclose()
