"""Roles: defined, granted, revoked, retired, and who may do so."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from services.customer.bootstrap import prepare
from services.customer.roles import service as roles
from shared.auth.permissions import ALL, built_in
from shared.auth.roles import Role
from tests.support.sign_ins import SignIns

PASSWORD = "a long enough password"
ANY = {"If-Match": "*"}
Json = dict[str, Any]


async def defined(sign_ins: SignIns, code: str, *permissions: str) -> Json:
    """A role of the company's own."""
    body = {"code": code, "name": code, "name_zh": "角色", "permissions": list(permissions)}
    async with await sign_ins.administrator() as client:
        answer = await client.post("/v1/roles", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def predefined(sign_ins: SignIns, code: str) -> Json:
    """A predefined role."""
    async with await sign_ins.administrator() as client:
        found = (await client.get("/v1/roles?page_size=200")).json()["items"]
    (role,) = [each for each in found if each["code"] == code]
    return dict(role)


async def change(sign_ins: SignIns, role: Json, step: str, *permissions: str) -> Any:
    """The answer to a grant or a revocation."""
    async with await sign_ins.administrator() as client:
        path, body = f"/v1/roles/{role['id']}/{step}", {"permissions": list(permissions)}
        return await client.post(path, json=body, headers=ANY)


async def test_the_predefined_roles_are_there_once(sign_ins: SignIns) -> None:
    """S217: made at the first start with what is built in; told by events; and not made again."""
    assert await prepare(sign_ins.under_test.db, sign_ins.settings) == ()
    async with await sign_ins.administrator() as client:
        found = (await client.get("/v1/roles?predefined=true&page_size=200")).json()["items"]
    assert {each["code"]: set(each["permissions"]) for each in found} == {
        role.value: built_in(role) for role in Role
    }
    events = await sign_ins.under_test.published("crm.customer.role.defined.v1")
    told = [each["data"]["code"] for each in events if each["data"]["predefined"]]
    assert sorted(told) == sorted(Role)


async def test_a_role_is_defined_with_an_event(sign_ins: SignIns) -> None:
    """S217: a code is given once."""
    role = await defined(sign_ins, "auditor", "order.read", "invoice.read")
    event = (await sign_ins.under_test.published("crm.customer.role.defined.v1"))[-1]
    assert event["data"] == {
        "role_id": role["id"],
        "code": "auditor",
        "name": "auditor",
        "name_zh": "角色",
        "permissions": ["invoice.read", "order.read"],
        "predefined": False,
        "status": "active",
        "reach": "own",
    }
    async with await sign_ins.administrator() as client:
        body = {"code": "auditor", "name": "again", "name_zh": "又"}
        again = await client.post("/v1/roles", json=body)
        wrong = body | {"code": "other", "permissions": ["order.raed"]}
        unknown = await client.post("/v1/roles", json=wrong)
    assert (again.status_code, again.json()["code"]) == (409, "role_code_taken")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_permission")


async def test_what_is_granted_counts_without_a_new_sign_in(sign_ins: SignIns) -> None:
    """S214: and what is revoked counts no more; the sessions go on."""
    role = await defined(sign_ins, "watcher")
    await sign_ins.hire("watching", "watcher", password=PASSWORD)
    async with await sign_ins.client("watching", PASSWORD) as client:
        assert (await client.get("/v1/customers")).status_code == 403
        assert (await change(sign_ins, role, "grant", "customer.read")).status_code == 200
        assert (await client.get("/v1/customers")).status_code == 200
        assert (await client.get("/v1/auth/me")).json()["permissions"] == ["customer.read"]
        assert (await change(sign_ins, role, "revoke", "customer.read")).status_code == 200
        assert (await client.get("/v1/customers")).status_code == 403


async def test_a_predefined_role_can_be_changed_too(sign_ins: SignIns) -> None:
    """S214: and the next start leaves what was revoked revoked."""
    role = await predefined(sign_ins, "purchaser")
    assert (await change(sign_ins, role, "revoke", "customer.read")).status_code == 200
    await prepare(sign_ins.under_test.db, sign_ins.settings)
    assert "customer.read" not in (await predefined(sign_ins, "purchaser"))["permissions"]


async def test_a_permission_of_a_later_release_goes_to_the_predefined_roles_once(
    sign_ins: SignIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S217: to those it is meant for; what an administrator does with it afterwards stays."""
    later = {**ALL, "moon.read": ALL["order.read"]}
    monkeypatch.setattr(roles, "ALL", later)
    monkeypatch.setattr("services.customer.roles.model.ALL", later)
    monkeypatch.setattr(
        roles,
        "built_in",
        lambda role: built_in(role) | ({"moon.read"} if role == Role.DISPATCHER else set()),
    )
    await prepare(sign_ins.under_test.db, sign_ins.settings)
    dispatcher = await predefined(sign_ins, "dispatcher")
    assert "moon.read" in dispatcher["permissions"]
    assert "moon.read" not in (await predefined(sign_ins, "finance"))["permissions"]
    await change(sign_ins, dispatcher, "revoke", "moon.read")
    await prepare(sign_ins.under_test.db, sign_ins.settings)
    assert "moon.read" not in (await predefined(sign_ins, "dispatcher"))["permissions"]


async def test_administrators_cannot_lock_themselves_out(sign_ins: SignIns) -> None:
    """S214: neither by revoking nor by retiring."""
    role = await predefined(sign_ins, "administrator")
    refused = await change(sign_ins, role, "revoke", "role.manage", "customer.import")
    assert (refused.status_code, refused.json()["code"]) == (409, "indispensable_permission")
    async with await sign_ins.administrator() as client:
        retired = await client.post(f"/v1/roles/{role['id']}/retire", headers=ANY)
    assert (retired.status_code, retired.json()["code"]) == (409, "predefined_role")
    assert (await predefined(sign_ins, "administrator"))["version"] == role["version"]


async def test_a_role_that_somebody_holds_is_not_retired(sign_ins: SignIns) -> None:
    """S214: who left does not count; a retired role is given to nobody."""
    role = await defined(sign_ins, "interim")
    holder = await sign_ins.hire("holding", "interim")
    async with await sign_ins.administrator() as client:
        path = f"/v1/roles/{role['id']}/retire"
        refused = await client.post(path, headers=ANY)
        assert (refused.status_code, refused.json()["code"]) == (409, "role_in_use")
        await client.post(f"/v1/staff/{holder['id']}/leave", json={}, headers=ANY)
        assert (await client.post(path, headers=ANY)).json()["status"] == "retired"
        body = {"login": "late", "name": "late", "roles": ["warehouse", "interim"]}
        hired = await client.post("/v1/staff", json=body)
    assert (hired.status_code, hired.json()["code"]) == (422, "unknown_role")
    assert [each["pointer"] for each in hired.json()["errors"]] == ["/roles/1"]


async def test_a_role_is_given_or_retired_but_not_both(sign_ins: SignIns) -> None:
    """S214: at the same moment."""
    async with await sign_ins.administrator() as client:
        for number in range(5):
            role = await defined(sign_ins, f"race_{number}")
            body = {"login": f"racing.{number}", "name": "某人", "roles": [role["code"]]}
            retiring, hiring = await asyncio.gather(
                client.post(f"/v1/roles/{role['id']}/retire", headers=ANY),
                client.post("/v1/staff", json=body),
            )
            assert (retiring.status_code, hiring.status_code) in {(200, 422), (409, 201)}


async def test_roles_are_listed_and_renamed(sign_ins: SignIns) -> None:
    """By state and by what they permit."""
    role = await defined(sign_ins, "listed", "ledger.read")
    async with await sign_ins.administrator() as client:
        url = f"/v1/roles/{role['id']}"
        assert (await client.patch(url, json={"name": "Listed"})).status_code == 428
        renamed = await client.patch(url, json={"name_zh": "新名"}, headers={"If-Match": '"v1"'})
        found = (await client.get("/v1/roles?permission=ledger.read&predefined=false")).json()
        retired = (await client.get("/v1/roles?permission=ledger.read&status=retired")).json()
    assert (renamed.json()["name"], renamed.json()["name_zh"]) == ("listed", "新名")
    assert [each["code"] for each in found["items"]] == ["listed"]
    assert retired["items"] == []


async def test_all_permissions_are_shown_with_who_asks_for_them(sign_ins: SignIns) -> None:
    """S214: of one service or of all."""
    async with await sign_ins.administrator() as client:
        every = (await client.get("/v1/permissions")).json()["permissions"]
        order = (await client.get("/v1/permissions?service=order")).json()["permissions"]
    assert {each["code"] for each in every} == ALL.keys()
    assert order == [each for each in every if each["service"] == "order"]
    (approve,) = [each for each in order if each["code"] == "order.approve"]
    assert (approve["description"], approve["description_zh"]) == ("Approve orders", "审核订单")


async def test_only_administrators_change_roles(sign_ins: SignIns) -> None:
    """S214: the management sees them, others do not."""
    for login, role, seen in (("gm.of.roles", "general_manager", 200), ("wh", "warehouse", 403)):
        await sign_ins.hire(login, role, password=PASSWORD)
        async with await sign_ins.client(login, PASSWORD) as client:
            assert (await client.get("/v1/permissions")).status_code == seen
            body = {"code": "mine", "name": "mine", "name_zh": "我的"}
            assert (await client.post("/v1/roles", json=body)).status_code == 403
