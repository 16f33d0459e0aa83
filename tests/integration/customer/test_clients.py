"""Other systems that sign in: secrets, limits, and when their tokens are void (S214)."""

from __future__ import annotations

import asyncio
import base64
from typing import Any
from urllib.parse import quote_plus
from uuid import uuid4

import httpx
import jwt
import pytest
import sqlalchemy as sa

from tests.support.sign_ins import SignIns


async def registered(sign_ins: SignIns, name: str, *roles: str) -> dict[str, Any]:
    """A new client with its secret."""
    async with await sign_ins.administrator() as client:
        body = {"name": name, "roles": list(roles or ("integration",))}
        answer = await client.post("/v1/clients", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def token(
    sign_ins: SignIns,
    headers: dict[str, str] | None = None,
    address: str = "10.20.0.1",
    **form: str,
) -> httpx.Response:
    """What is answered to a client that asks for a token."""
    transport = httpx.ASGITransport(sign_ins.under_test.app, client=(address, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://kehu") as client:
        body = {"grant_type": "client_credentials"} | form
        return await client.post("/v1/auth/token", data=body, headers=headers)


async def in_body(sign_ins: SignIns, client: dict[str, Any], secret: str = "") -> httpx.Response:
    """A client that sends its secret in the body."""
    secret = secret or client["client_secret"]
    return await token(sign_ins, client_id=client["id"], client_secret=secret)


def basic(client_id: str, secret: str) -> dict[str, str]:
    """HTTP Basic, as RFC 6749 encodes it (section 2.3.1)."""
    pair = f"{quote_plus(client_id)}:{quote_plus(secret)}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


async def test_a_client_signs_in_with_its_secret(sign_ins: SignIns) -> None:
    """By HTTP Basic or in the body; it acts under its own name, and has no refresh token."""
    client = await registered(sign_ins, "仓库系统")
    for answer in (
        await token(sign_ins, basic(client["id"], client["client_secret"])),
        await in_body(sign_ins, client),
    ):
        body = answer.json()
        assert (answer.status_code, "refresh_token" in body) == (200, False)
        claims = jwt.decode(body["access_token"], options={"verify_signature": False})
        assert (claims["sub"], claims["client_id"]) == (client["id"], client["id"])
        assert "sid" not in claims
        async with sign_ins.bearer(body) as machine:
            me = (await machine.get("/v1/auth/me")).json()
            assert (me["name"], me["roles"]) == ("仓库系统", ["integration"])
            assert (await machine.get("/v1/customers")).status_code == 200
            assert (await machine.get("/v1/staff")).status_code == 403
            assert (await machine.get("/v1/clients")).status_code == 403
    async with await sign_ins.administrator() as administrator:
        shown = (await administrator.get(f"/v1/clients/{client['id']}")).json()
    assert shown["used_at"] is not None
    assert "client_secret" not in shown


async def test_wrong_credentials_are_answered_alike(sign_ins: SignIns) -> None:
    """401 with the scheme to use (RFC 6749, section 5.2)."""
    client = await registered(sign_ins, "wrong")
    header = basic(client["id"], client["client_secret"])
    answers = [
        await in_body(sign_ins, client, "kehu_cs_guess"),
        await token(sign_ins, client_id=str(uuid4()), client_secret="kehu_cs_guess"),
        await token(sign_ins, client_id="no-uuid", client_secret="x"),
        await token(sign_ins, {"Authorization": "Basic !!!"}),
        await token(sign_ins, {"Authorization": "Basic bm9jb2xvbg=="}),
        await token(sign_ins, header, client_id=str(uuid4())),
    ]
    assert {(each.status_code, each.text) for each in answers} == {
        (401, answers[0].text),
    }
    assert answers[0].json()["error"] == "invalid_client"
    assert answers[0].headers["www-authenticate"].startswith("Basic ")
    malformed = [
        await token(sign_ins),
        await token(sign_ins, client_id=client["id"]),
        await token(sign_ins, header, client_secret=client["client_secret"]),
        await token(sign_ins, {"Authorization": "Bearer x"}, client_id=client["id"]),
    ]
    assert {(each.status_code, each.json()["error"]) for each in malformed} == {
        (400, "invalid_request")
    }


async def test_guesses_at_a_secret_are_limited(sign_ins: SignIns) -> None:
    """As for people: ten from one network in a quarter of an hour."""
    client = await registered(sign_ins, "guessed")
    form = {"client_id": client["id"], "client_secret": "kehu_cs_guess"}
    answers = await asyncio.gather(
        *(token(sign_ins, address="10.20.1.1", **form) for _ in range(30))
    )
    statuses = [each.status_code for each in answers]
    assert (statuses.count(401), statuses.count(429)) == (10, 20)


async def test_a_secret_is_rotated_with_an_overlap(sign_ins: SignIns) -> None:
    """The one before is good for a while; a third ends it. Without overlap tokens are void too."""
    client = await registered(sign_ins, "rotating")
    path = f"/v1/clients/{client['id']}/secret"
    before = (await in_body(sign_ins, client)).json()
    async with await sign_ins.administrator() as administrator:
        second = (await administrator.post(path, json={"overlap_seconds": 3600})).json()
        for secret in (client["client_secret"], second["client_secret"]):
            assert (await in_body(sign_ins, client, secret)).status_code == 200
        third = (await administrator.post(path, json={})).json()
        assert (await in_body(sign_ins, client)).status_code == 401
        assert (await in_body(sign_ins, client, second["client_secret"])).status_code == 200
        async with sign_ins.bearer(before) as machine:
            assert (await machine.get("/v1/auth/me")).status_code == 200
            last = (await administrator.post(path, json={"overlap_seconds": 0})).json()
            assert (await machine.get("/v1/auth/me")).status_code == 401
    assert (await in_body(sign_ins, client, third["client_secret"])).status_code == 401
    after = await in_body(sign_ins, client, last["client_secret"])
    async with sign_ins.bearer(after.json()) as machine:
        assert (await machine.get("/v1/auth/me")).status_code == 200


async def test_a_disabled_client_is_out_at_once_until_it_is_enabled(sign_ins: SignIns) -> None:
    """Its tokens from before stay void."""
    client = await registered(sign_ins, "switched")
    before = (await in_body(sign_ins, client)).json()
    path = f"/v1/clients/{client['id']}"
    async with await sign_ins.administrator() as administrator:
        off = await administrator.post(f"{path}/disable", headers={"If-Match": '"v1"'})
        assert off.json()["status"] == "disabled"
        assert (await in_body(sign_ins, client)).status_code == 401
        again = await administrator.post(f"{path}/disable", headers={"If-Match": '"v2"'})
        assert (again.status_code, again.json()["code"]) == (409, "client_state")
        rotated = await administrator.post(f"{path}/secret", json={})
        assert rotated.json()["code"] == "client_state"
        on = await administrator.post(f"{path}/enable", headers={"If-Match": '"v2"'})
        assert on.json()["status"] == "active"
        listed = await administrator.get("/v1/clients", params={"status": "active"})
        assert client["id"] in {each["id"] for each in listed.json()["items"]}
    after = (await in_body(sign_ins, client)).json()
    seen = []
    for tokens in (before, after):
        async with sign_ins.bearer(tokens) as machine:
            seen.append((await machine.get("/v1/auth/me")).status_code)
    assert seen == [401, 200]


async def test_new_roles_of_a_client_void_its_tokens(sign_ins: SignIns) -> None:
    """S214: nobody keeps rights that were taken away."""
    client = await registered(sign_ins, "demoted", "integration", "finance")
    before = (await in_body(sign_ins, client)).json()
    async with await sign_ins.administrator() as administrator:
        path = f"/v1/clients/{client['id']}"
        headers = {"If-Match": '"v1"'}
        patched = await administrator.patch(path, json={"roles": ["finance"]}, headers=headers)
        assert (patched.json()["name"], patched.json()["roles"]) == ("demoted", ["finance"])
        unknown = await administrator.patch(
            path, json={"roles": ["nobody"]}, headers={"If-Match": '"v2"'}
        )
        assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_role")
    async with sign_ins.bearer(before) as machine:
        assert (await machine.get("/v1/auth/me")).status_code == 401
    async with sign_ins.bearer((await in_body(sign_ins, client)).json()) as machine:
        assert (await machine.get("/v1/auth/me")).json()["roles"] == ["finance"]


async def test_a_role_that_a_client_holds_is_not_retired(sign_ins: SignIns) -> None:
    """S214: as if a person held it."""
    async with await sign_ins.administrator() as administrator:
        body = {"code": "feeder", "name": "Feeder", "name_zh": "供数", "permissions": []}
        role = (await administrator.post("/v1/roles", json=body)).json()
        await registered(sign_ins, "feeding", "feeder")
        answer = await administrator.post(
            f"/v1/roles/{role['id']}/retire", headers={"If-Match": '"v1"'}
        )
    assert (answer.status_code, answer.json()["code"]) == (409, "role_in_use")


async def test_a_secret_is_shown_once_and_kept_nowhere(sign_ins: SignIns) -> None:
    """Not for a repeated request, in no event, in no audit entry, in no table."""
    async with await sign_ins.administrator() as administrator:
        body = {"name": "secretive", "roles": ["integration"]}
        headers = {"Idempotency-Key": "client-1"}
        first = await administrator.post("/v1/clients", json=body, headers=headers)
        again = await administrator.post("/v1/clients", json=body, headers=headers)
        assert (again.json()["id"], again.json()["client_secret"]) == (first.json()["id"], None)
    secret = first.json()["client_secret"]
    async with sign_ins.under_test.db.reading() as conn:
        for table in sign_ins.under_test.service.metadata.sorted_tables:
            name = f'"{table.schema}"."{table.name}"' if table.schema else f'"{table.name}"'
            rows = await conn.exec_driver_sql(f"SELECT t::text FROM {name} t")
            assert not any(secret in row[0] or secret[8:] in row[0] for row in rows), name
        query = sa.text("SELECT type FROM outbox WHERE aggregate_id = :id")
        found = (await conn.execute(query, {"id": first.json()["id"]})).scalars().all()
    assert found == ["crm.customer.client.registered.v1"]


@pytest.mark.parametrize("role", ["finance", "general_manager", "integration"])
async def test_only_administrators_manage_clients(sign_ins: SignIns, role: str) -> None:
    """S214."""
    async with sign_ins.under_test.anonymous() as stranger:
        assert (await stranger.get("/v1/clients")).status_code == 401
    login = f"no.clients.{role.replace('_', '.')}"
    await sign_ins.hire(login, role, password="long enough for me")
    async with await sign_ins.client(login, "long enough for me") as client:
        body = {"name": "mine", "roles": ["administrator"]}
        assert (await client.post("/v1/clients", json=body)).status_code == 403
