"""Sign-in: tokens, keys, guessing, and when a token is void."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import Counter
from dataclasses import replace
from typing import Any

import jwt
import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from services.customer.app import create_app
from services.customer.bootstrap import prepare
from shared.auth.roles import Role
from tests.conftest import Launch
from tests.support.sign_ins import ADMIN_PASSWORD, SignIns

PASSWORD = "一个很长的口令 with blanks "


async def test_the_administrator_signs_in_and_is_known(sign_ins: SignIns) -> None:
    """S214."""
    async with await sign_ins.administrator() as client:
        me = (await client.get("/v1/auth/me")).json()
    assert (me["name"], me["roles"]) == ("系统管理员", ["administrator"])
    assert "staff.manage" in me["permissions"]


async def test_a_token_says_what_rfc_9068_asks(sign_ins: SignIns) -> None:
    """Verified with nothing but the published keys."""
    hired = await sign_ins.hire(
        "rfc9068", "account_manager", department="销售一部", branch="上海", password=PASSWORD
    )
    answer = await sign_ins.token("RFC9068", PASSWORD, client_id="front-end")
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 8 * 3600)
    async with sign_ins.under_test.anonymous() as client:
        keys = jwt.PyJWKSet.from_dict((await client.get("/v1/auth/jwks")).json())
    header = jwt.get_unverified_header(body["access_token"])
    assert (header["typ"], header["alg"]) == ("at+jwt", "EdDSA")
    claims = jwt.decode(
        body["access_token"], keys[header["kid"]], ["EdDSA"], audience="kehu", issuer="kehu"
    )
    assert claims.pop("jti")
    assert claims.pop("sid")
    assert claims.pop("exp") - claims.pop("iat") == 8 * 3600
    assert claims == {
        "iss": "kehu",
        "aud": "kehu",
        "sub": hired["id"],
        "client_id": "front-end",
        "name": "rfc9068",
        "roles": ["account_manager"],
        "department": "销售一部",
        "branch": "上海",
    }


async def test_the_key_set_holds_no_private_key(sign_ins: SignIns) -> None:
    """RFC 8037: ``d`` is the private half."""
    async with sign_ins.under_test.anonymous() as client:
        (key,) = (await client.get("/v1/auth/jwks")).json()["keys"]
    assert "d" not in key
    assert (key["kty"], key["crv"], key["use"]) == ("OKP", "Ed25519", "sig")


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "implicit"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "client_credentials"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "kehu_rt_guessed"}, "invalid_grant"),
        ({"new_password": "short"}, "invalid_request"),
        ({"username": ""}, "invalid_request"),
        ({"password": ""}, "invalid_request"),
        ({"client_id": "two words"}, "invalid_request"),
        ({"password": "wrong"}, "invalid_grant"),
        ({"username": "nobody"}, "invalid_grant"),
        ({"username": "admin\0"}, "invalid_grant"),
        ({"username": "' OR 1=1 --"}, "invalid_grant"),
        ({"username": "管理员"}, "invalid_grant"),
    ],
)
async def test_errors_are_answered_after_rfc_6749(
    sign_ins: SignIns, form: dict[str, str], error: str
) -> None:
    """Section 5.2: a JSON object with ``error`` and status 400."""
    login, password = form.pop("username", "admin"), form.pop("password", ADMIN_PASSWORD)
    answer = await sign_ins.token(login, password, address="10.6.7.49", **form)
    assert answer.status_code == 400
    assert answer.json()["error"] == error


@pytest.mark.usefixtures("real_passwords")
async def test_unknown_user_and_wrong_password_answer_alike(sign_ins: SignIns) -> None:
    """Same body, and about the same time: an account is not given away (ASVS 6.3.8)."""
    await sign_ins.hire("timed", "finance", password=PASSWORD)
    await sign_ins.hire("without", "finance")
    answers: dict[str, list[Any]] = {"timed": [], "without": [], "unknown": []}
    seconds: dict[str, list[float]] = {login: [] for login in answers}
    for attempt in range(5):
        for login in answers:
            started = time.perf_counter()
            answers[login].append(await sign_ins.token(login, "wrong", address=f"10.1.0.{attempt}"))
            seconds[login].append(time.perf_counter() - started)
    seen = {(each.status_code, each.text) for found in answers.values() for each in found}
    assert len(seen) == 1
    known, *others = (statistics.median(found) for found in seconds.values())
    assert all(0.5 < other / known < 2 for other in others)


async def test_a_hundred_guesses_at_once_are_not_all_looked_at(sign_ins: SignIns) -> None:
    """At most ten of one login from one network in a quarter of an hour, whoever counts them."""
    await sign_ins.hire("guessed", "finance", password=PASSWORD)
    answers = await asyncio.gather(
        *(sign_ins.token("guessed", f"guess{n}", address="10.2.0.1") for n in range(100))
    )
    refused = [each.status_code for each in answers]
    assert (refused.count(400), refused.count(429)) == (10, 90)
    late = await sign_ins.token("guessed", PASSWORD, address="10.2.0.1")
    assert late.status_code == 429
    assert int(late.headers["retry-after"]) > 0
    elsewhere = await sign_ins.token("guessed", PASSWORD, address="10.2.0.2")
    assert elsewhere.status_code == 200


async def test_guesses_are_counted_over_all_processes(sign_ins: SignIns) -> None:
    """Who guesses at several processes in turn has no more tries than at one."""
    await sign_ins.hire("spread", "finance", password=PASSWORD)
    open_database = sign_ins.under_test.service.create_database
    databases = [open_database(sign_ins.settings) for _ in range(2)]
    processes = [
        replace(sign_ins, under_test=replace(sign_ins.under_test, app=app))
        for app in (create_app(sign_ins.settings, each) for each in databases)
    ]
    answers = await asyncio.gather(
        *(processes[n % 2].token("spread", f"guess{n}", address="10.7.0.1") for n in range(100))
    )
    statuses = [each.status_code for each in answers]
    assert (statuses.count(400), statuses.count(429)) == (10, 90)
    for each in processes:
        await each.under_test.app.state.context.db.close()


async def test_a_flood_of_guesses_does_not_lock_out_a_known_place(sign_ins: SignIns) -> None:
    """Guesses from many networks end new ones, but not the one somebody always signs in from."""
    await sign_ins.hire("flooded", "finance", password=PASSWORD)
    assert (await sign_ins.token("flooded", PASSWORD, address="10.3.0.1")).status_code == 200
    for network in range(5):
        await asyncio.gather(
            *(sign_ins.token("flooded", "guess", address=f"10.3.1.{network}") for _ in range(10))
        )
    stranger = await sign_ins.token("flooded", PASSWORD, address="10.3.2.1")
    at_home = await sign_ins.token("flooded", PASSWORD, address="10.3.0.1")
    assert (stranger.status_code, at_home.status_code) == (429, 200)


async def test_one_network_cannot_try_all_logins(sign_ins: SignIns) -> None:
    """A common password tried on many logins is stopped by the limit of the network."""
    answers = [
        await sign_ins.token(f"login{n}", "123456", address="2001:db8:1::1") for n in range(100)
    ]
    assert 429 not in {each.status_code for each in answers}
    other_host = await sign_ins.token("admin", ADMIN_PASSWORD, address="2001:db8:1::2")
    other_site = await sign_ins.token("admin", ADMIN_PASSWORD, address="2001:db8:2::1")
    assert (other_host.status_code, other_site.status_code) == (429, 200)


async def test_good_sign_ins_are_not_counted(sign_ins: SignIns) -> None:
    """An office behind one address signs in as often as it likes."""
    await sign_ins.hire("often", "finance", password=PASSWORD)
    for _ in range(12):
        assert (await sign_ins.token("often", PASSWORD, address="10.4.0.1")).status_code == 200


async def test_long_passwords_are_not_cut(sign_ins: SignIns) -> None:
    """Two that differ after 72 bytes are two."""
    await sign_ins.hire("long", "finance", password="x" * 72 + "a")
    assert (await sign_ins.token("long", "x" * 72 + "b")).status_code == 400
    assert (await sign_ins.token("long", "x" * 72 + "a")).status_code == 200


async def test_an_old_hash_is_renewed_at_sign_in(sign_ins: SignIns) -> None:
    """Today's parameters are stored when the password is at hand; no version, no event."""
    hired = await sign_ins.hire("rehashed", "finance", password=PASSWORD)
    weak = PasswordHasher(time_cost=1, memory_cost=32).hash(PASSWORD)
    db = sign_ins.under_test.db
    async with db.pool.transaction() as conn:
        statement = sa.text("UPDATE staff SET password_hash = :hash WHERE login = 'rehashed'")
        await conn.execute(statement, {"hash": weak})
    assert (await sign_ins.token("rehashed", PASSWORD)).status_code == 200
    async with db.reading() as conn:
        query = sa.text("SELECT version, password_hash FROM staff WHERE login = 'rehashed'")
        version, stored = (await conn.execute(query)).one()
    assert stored != weak
    assert version == hired["version"]
    assert (await sign_ins.token("rehashed", PASSWORD)).status_code == 200


async def test_somebody_who_left_is_out_at_once(sign_ins: SignIns) -> None:
    """S04: the token stops working here, and there is no new one."""
    hired = await sign_ins.hire("leaver", "account_manager", password=PASSWORD)
    leaver = await sign_ins.client("leaver", PASSWORD)
    other_process = create_app(sign_ins.settings, sign_ins.under_test.db)
    assert (await leaver.get("/v1/auth/me")).status_code == 200
    async with await sign_ins.administrator() as administrator:
        left = await administrator.post(
            f"/v1/staff/{hired['id']}/leave", json={}, headers={"If-Match": '"v1"'}
        )
    assert left.json()["status"] == "left"
    refused = await leaver.get("/v1/auth/me")
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")
    assert (await sign_ins.token("leaver", PASSWORD)).status_code == 400
    with pytest.raises(Exception, match="void"):
        await other_process.state.context.tokens.verify(
            leaver.headers["authorization"].removeprefix("Bearer ")
        )


async def test_another_process_notices_within_a_second(sign_ins: SignIns) -> None:
    """It asks the database once a second."""
    hired = await sign_ins.hire("noticed", "account_manager", password=PASSWORD)
    client = await sign_ins.client("noticed", PASSWORD)
    token = client.headers["authorization"].removeprefix("Bearer ")
    other = create_app(sign_ins.settings, sign_ins.under_test.db).state.context.tokens
    assert (await other.verify(token)).name == "noticed"
    async with await sign_ins.administrator() as administrator:
        await administrator.post(
            f"/v1/staff/{hired['id']}/leave", json={}, headers={"If-Match": '"v1"'}
        )
    await asyncio.sleep(1.05)
    with pytest.raises(Exception, match="void"):
        await other.verify(token)


async def test_new_roles_void_the_old_token(sign_ins: SignIns) -> None:
    """S214: nobody keeps rights that were taken away; signing in anew works at once."""
    hired = await sign_ins.hire("demoted", "sales_manager", password=PASSWORD)
    before = await sign_ins.client("demoted", PASSWORD)
    async with await sign_ins.administrator() as administrator:
        changed = await administrator.patch(
            f"/v1/staff/{hired['id']}",
            json={"roles": ["account_manager"]},
            headers={"If-Match": '"v1"'},
        )
    assert changed.json()["roles"] == ["account_manager"]
    assert (await before.get("/v1/auth/me")).status_code == 401
    after = await sign_ins.client("demoted", PASSWORD)
    assert (await after.get("/v1/auth/me")).json()["roles"] == ["account_manager"]


async def test_a_new_password_ends_the_sessions(sign_ins: SignIns) -> None:
    """Whoever stole a token loses it when the password is replaced."""
    await sign_ins.hire("careful", "finance", password=PASSWORD)
    client = await sign_ins.client("careful", PASSWORD)
    body = {"current_password": "not it", "password": "another one"}
    wrong = await client.post("/v1/auth/password", json=body)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong_password")
    replaced = await client.post("/v1/auth/password", json=body | {"current_password": PASSWORD})
    assert replaced.status_code == 200
    assert (await client.get("/v1/auth/me")).status_code == 401
    assert (await sign_ins.token("careful", PASSWORD)).status_code == 400
    assert (await sign_ins.token("careful", "another one")).status_code == 200


async def test_the_first_password_is_made_up_once(launch: Launch) -> None:
    """Two processes that start at once make one administrator and one key."""
    launched = await launch("customer")
    settings = launched.app.state.context.settings
    other = launched.service.create_database(settings)
    lines = await asyncio.gather(prepare(launched.db, settings), prepare(other, settings))
    (line,) = [line for found in lines for line in found]
    password = line.removeprefix("First sign-in: admin / ")
    assert len(password) >= 12
    launched.app = launched.service.create_app(settings, db=launched.db)
    assert (await SignIns(launched, settings).token("admin", password)).status_code == 200
    assert await prepare(launched.db, settings) == ()
    assert Counter(event["type"] for event in await launched.published()) == {
        "crm.customer.unit.opened.v1": 1,
        "crm.customer.role.defined.v1": len(Role),
        "crm.customer.staff.hired.v1": 1,
        "crm.customer.session.opened.v1": 1,
        "crm.customer.signing_key.published.v1": 1,
    }
    await other.engine.dispose()
