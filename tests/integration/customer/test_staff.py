"""Staff: entered, changed, listed, and leaving."""

from __future__ import annotations

import asyncio
import json

from tests.support.services import ServiceUnderTest
from tests.support.sign_ins import ADMIN_PASSWORD, SignIns

WANG = {"login": "Wang.Fang", "name": "王芳", "roles": ["sales_manager", "account_manager"]}


async def test_staff_are_hired_and_the_event_says_no_secret(sign_ins: SignIns) -> None:
    """S214."""
    async with await sign_ins.administrator() as client:
        body = WANG | {"department": "销售一部", "branch": "上海", "password": "geheim-geheim"}
        created = await client.post("/v1/staff", json=body)
        read = await client.get(created.headers["location"])
    assert read.json() == created.json()
    assert created.json()["login"] == "wang.fang"
    assert created.json()["roles"] == ["account_manager", "sales_manager"]
    assert "password" not in json.dumps(created.json())
    event = (await sign_ins.under_test.published("crm.customer.staff.hired.v1"))[-1]
    assert "wang" not in json.dumps(event["data"])
    assert event["data"].pop("login_digest")
    assert event["data"] == {
        "staff_id": created.json()["id"],
        "name": "王芳",
        "roles": ["account_manager", "sales_manager"],
        "department": "销售一部",
        "branch": "上海",
        "status": "active",
        "unit_id": None,
        "unit_path": None,
        "position": None,
    }


async def test_a_login_is_given_once(sign_ins: SignIns) -> None:
    """Two sessions at once, written differently."""
    body = WANG | {"login": "twice"}
    async with await sign_ins.administrator() as client:
        answers = await asyncio.gather(
            client.post("/v1/staff", json=body),
            client.post("/v1/staff", json=body | {"login": "TWICE"}),
        )
    assert sorted(each.status_code for each in answers) == [201, 409]
    assert {each.json().get("code") for each in answers} == {None, "login_taken"}


async def test_only_administrators_manage_staff(customer: ServiceUnderTest) -> None:
    """S214; everybody may see who works here."""
    async with customer.client("general_manager") as client:
        assert (await client.post("/v1/staff", json=WANG)).status_code == 403
        assert (await client.get("/v1/staff")).status_code == 200


async def test_staff_are_listed_and_filtered(customer: ServiceUnderTest) -> None:
    """By role, department, branch, state, and part of the name."""
    async with customer.client("administrator") as client:
        for number, name in enumerate(["赵一", "钱二", "孙一"]):
            body = {"login": f"list{number}", "name": name, "roles": ["warehouse"]}
            await client.post("/v1/staff", json=body | {"branch": f"分部{number}"})

        async def names(**filters: str) -> set[str]:
            found = (await client.get("/v1/staff", params=filters)).json()["items"]
            return {each["name"] for each in found}

        assert await names(role="warehouse", q="一") == {"赵一", "孙一"}
        assert await names(branch="分部1") == {"钱二"}
        assert await names(q="LIST2") == {"孙一"}
        assert await names(q="%") == set()
        assert await names(role="warehouse", status="left") == set()
        first = (await client.get("/v1/staff?role=warehouse&page_size=2")).json()
        token = first["next_page_token"]
        rest = await client.get(f"/v1/staff?role=warehouse&page_size=2&page_token={token}")
    assert [each["name"] for each in first["items"]] == ["孙一", "赵一"]
    assert [each["name"] for each in rest.json()["items"]] == ["钱二"]


async def test_a_change_needs_the_version_that_was_read(sign_ins: SignIns) -> None:
    """428 without If-Match, 412 with an old one."""
    hired = await sign_ins.hire("changed", "finance")
    url = f"/v1/staff/{hired['id']}"
    async with await sign_ins.administrator() as client:
        assert (await client.patch(url, json={"name": "新"})).status_code == 428
        changed = await client.patch(url, json={"name": "新"}, headers={"If-Match": '"v1"'})
        stale = await client.patch(url, json={"name": "旧"}, headers={"If-Match": '"v1"'})
    assert (changed.json()["name"], changed.json()["roles"]) == ("新", ["finance"])
    assert stale.status_code == 412


async def test_the_last_administrator_stays(sign_ins: SignIns) -> None:
    """Even when two administrators try to go at the same moment."""
    second = await sign_ins.hire("second-admin", "administrator", password=ADMIN_PASSWORD)
    async with await sign_ins.administrator() as one:
        first = (await one.get("/v1/auth/me")).json()
        answers = await asyncio.gather(
            *(
                one.patch(
                    f"/v1/staff/{person['id']}",
                    json={"roles": ["finance"]},
                    headers={"If-Match": "*"},
                )
                for person in (first, second)
            )
        )
    assert sorted(each.status_code for each in answers) == [200, 409]
    (refused,) = [each.json() for each in answers if each.status_code == 409]
    assert refused["code"] == "last_administrator"


async def test_a_body_with_a_bad_password_changes_nothing(customer: ServiceUnderTest) -> None:
    """Too short, too long; and the answer does not repeat it."""
    async with customer.client("administrator") as client:
        before = await customer.published("crm.customer.staff.hired.v1")
        for password in ("kürzer", "x" * 257):
            answer = await client.post("/v1/staff", json=WANG | {"password": password})
            assert answer.status_code == 422
            assert password not in answer.text
    assert await customer.published("crm.customer.staff.hired.v1") == before


async def test_a_retry_with_the_same_key_hires_once(customer: ServiceUnderTest) -> None:
    """And what is kept of the request for comparison holds no password."""
    body = WANG | {"login": "keyed", "password": "first-password"}
    headers = {"Idempotency-Key": "hire-keyed"}
    async with customer.client("administrator") as client:
        first = await client.post("/v1/staff", json=body, headers=headers)
        again = await client.post("/v1/staff", json=body, headers=headers)
        other = await client.post(
            "/v1/staff", json=body | {"password": "other-password"}, headers=headers
        )
    assert again.headers["idempotent-replayed"] == "true"
    assert first.json() == again.json() == other.json()
