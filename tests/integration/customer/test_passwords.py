"""Passwords: changed by their owner, reset by an administrator, and which are refused (S214)."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.support.sign_ins import SignIns

PASSWORD = "一个很长的口令 with blanks "
CHOSEN = "chosen by myself"


async def test_a_new_password_ends_the_other_sessions(sign_ins: SignIns) -> None:
    """Whoever stole a token loses it; who changed the password goes on with the refresh token."""
    await sign_ins.hire("changing", "finance", password=PASSWORD)
    mine, stolen = [(await sign_ins.token("changing", PASSWORD)).json() for _ in range(2)]
    async with sign_ins.bearer(mine) as client:
        body = {"current_password": PASSWORD, "password": CHOSEN}
        assert (await client.post("/v1/auth/password", json=body)).status_code == 200
        assert (await client.get("/v1/auth/me")).status_code == 401
    async with sign_ins.bearer(stolen) as client:
        assert (await client.get("/v1/auth/me")).status_code == 401
    assert (await sign_ins.refresh(stolen["refresh_token"])).status_code == 400
    renewed = await sign_ins.refresh(mine["refresh_token"])
    async with sign_ins.bearer(renewed.json()) as client:
        assert (await client.get("/v1/auth/me")).status_code == 200
    assert (await sign_ins.token("changing", PASSWORD)).status_code == 400
    assert (await sign_ins.token("changing", CHOSEN)).status_code == 200


async def reset(sign_ins: SignIns, staff_id: str, body: dict[str, Any], **headers: str) -> Any:
    """What an administrator is answered who resets a password."""
    async with await sign_ins.administrator() as client:
        path = f"/v1/staff/{staff_id}/password"
        return await client.post(path, json=body, headers=headers)


async def test_a_reset_password_is_for_one_sign_in(sign_ins: SignIns) -> None:
    """Made up, shown once, and replaced by its owner at the next sign-in; sessions end."""
    hired = await sign_ins.hire("forgetful", "finance", password=PASSWORD)
    before = (await sign_ins.token("forgetful", PASSWORD)).json()
    answer = await reset(sign_ins, hired["id"], {})
    given = answer.json()["password"]
    assert len(given) >= 16
    assert (await sign_ins.refresh(before["refresh_token"])).status_code == 400
    assert (await sign_ins.token("forgetful", PASSWORD)).status_code == 400
    refused = await sign_ins.token("forgetful", given)
    assert (refused.status_code, refused.json()["error"]) == (400, "password_change_required")
    same = await sign_ins.token("forgetful", given, new_password=given)
    assert same.json()["error"] == "weak_password"
    changed = await sign_ins.token("forgetful", given, new_password=CHOSEN)
    assert changed.status_code == 200
    assert (await sign_ins.token("forgetful", given)).json()["error"] == "invalid_grant"
    assert (await sign_ins.token("forgetful", CHOSEN)).status_code == 200


async def test_a_password_for_one_sign_in_does_not_wait_for_ever(sign_ins: SignIns) -> None:
    """Three days; then it fits no more."""
    hired = await sign_ins.hire("late", "finance", password=PASSWORD, one_time=True)
    first = await sign_ins.token("late", PASSWORD)
    assert first.json()["error"] == "password_change_required"
    statement = sa.text("UPDATE staff SET one_time_until = now() WHERE id = :id")
    async with sign_ins.under_test.db.pool.transaction() as conn:
        await conn.execute(statement, {"id": hired["id"]})
    late = await sign_ins.token("late", PASSWORD, new_password=CHOSEN)
    assert late.json()["error"] == "invalid_grant"


async def test_a_repeated_reset_does_not_show_the_password_again(sign_ins: SignIns) -> None:
    """What is kept for an Idempotency-Key holds no secret."""
    hired = await sign_ins.hire("repeated", "finance")
    key = {"Idempotency-Key": "reset-1"}
    first = await reset(sign_ins, hired["id"], {}, **key)
    again = await reset(sign_ins, hired["id"], {}, **key)
    assert (first.json()["password"] is None, again.json()["password"]) == (False, None)
    assert again.headers["idempotent-replayed"] == "true"
    async with sign_ins.under_test.db.reading() as conn:
        rows = (await conn.execute(sa.text("SELECT t::text FROM idempotency_key t"))).scalars()
        assert not any(first.json()["password"] in row for row in rows)


async def test_a_reset_may_give_a_lasting_password(sign_ins: SignIns) -> None:
    """As for the account of a device."""
    hired = await sign_ins.hire("device", "warehouse")
    await reset(sign_ins, hired["id"], {"password": PASSWORD, "one_time": False})
    assert (await sign_ins.token("device", PASSWORD)).status_code == 200


@pytest.mark.parametrize(
    "password", ["password1", "PASSWORD1", "12345678", "woaini1314", "weak.one", "zzzzzzzz"]
)
async def test_a_password_that_is_guessed_at_once_is_refused(
    sign_ins: SignIns, password: str
) -> None:
    """NIST SP 800-63B, ASVS 6.2: the commonest, and the login."""
    body = {"login": "weak.one", "name": "某人", "roles": ["finance"], "password": password}
    async with await sign_ins.administrator() as client:
        answer = await client.post("/v1/staff", json=body)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "weak_password")
    assert problem["errors"][0]["pointer"] == "/password"
    assert password not in answer.text


async def test_ones_own_password_is_not_weak_either(sign_ins: SignIns) -> None:
    """Nor the one before."""
    await sign_ins.hire("own.rules", "finance", password=PASSWORD)
    async with await sign_ins.client("own.rules", PASSWORD) as client:
        for password in ("sunshine", "own.rules", "selur.nwo", PASSWORD):
            body = {"current_password": PASSWORD, "password": password}
            answer = await client.post("/v1/auth/password", json=body)
            assert (answer.status_code, answer.json()["code"]) == (422, "weak_password")
        assert (await client.get("/v1/auth/me")).status_code == 200


async def test_guessing_the_present_password_is_limited(sign_ins: SignIns) -> None:
    """Who holds a stolen token learns no password by it."""
    await sign_ins.hire("held", "finance", password=PASSWORD)
    async with await sign_ins.client("held", PASSWORD) as client:
        statuses = [
            (
                await client.post(
                    "/v1/auth/password",
                    json={"current_password": f"guess {n}", "password": CHOSEN},
                )
            ).status_code
            for n in range(12)
        ]
    assert statuses == [422] * 10 + [429] * 2
