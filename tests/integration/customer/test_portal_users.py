"""Portal users: invited by staff, signed in at the same endpoint with the same protections, shut
out with their customer (S25, S214)."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any

import httpx
import jwt
import pytest
import sqlalchemy as sa

from tests.support.sign_ins import SignIns

CHOSEN = "chosen by the customer"
_serials = count(1)

Body = dict[str, Any]


@pytest.fixture(scope="module")
async def boss(sign_ins: SignIns) -> httpx.AsyncClient:
    """A general manager, who enters and confirms customers with a manager's help."""
    await sign_ins.hire("boss", "general_manager", "sales_manager", password="a long password")
    return await sign_ins.client("boss", "a long password")


async def formal(boss: httpx.AsyncClient) -> Body:
    """A formal customer."""
    body = {"name": f"自助客户{next(_serials)}", "accept_duplicates": True}
    made = (await boss.post("/v1/customers", json=body)).json()
    answer = await act(boss, f"customers/{made['id']}/confirm", made)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def act(client: httpx.AsyncClient, path: str, seen: Body, **body: Any) -> httpx.Response:
    """A step on what was seen."""
    headers = {"If-Match": f'"v{seen["version"]}"'}
    return await client.post(f"/v1/{path}", json=body or None, headers=headers)


async def invite(
    boss: httpx.AsyncClient, customer: Body, login: str = "", **headers: str
) -> httpx.Response:
    """An invitation of somebody of a customer."""
    body = {
        "customer_id": customer["id"],
        "login": login or f"buyer{next(_serials)}",
        "name": "李雷",
    }
    return await boss.post("/v1/portal-users", json=body, headers=headers)


async def invited(boss: httpx.AsyncClient, customer: Body, login: str = "") -> Body:
    """Somebody of a customer, with the password for the first sign-in."""
    answer = await invite(boss, customer, login)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def entered(sign_ins: SignIns, user: Body) -> Body:
    """The tokens of somebody's first sign-in."""
    answer = await sign_ins.token(user["login"], user["password"], new_password=CHOSEN)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def works(sign_ins: SignIns, tokens: Body) -> bool:
    """Whether the access token counts."""
    async with sign_ins.bearer(tokens) as client:
        return (await client.get("/v1/auth/me")).status_code == 200


async def test_who_is_invited_chooses_a_password_and_is_known_as_the_customers(
    sign_ins: SignIns, boss: httpx.AsyncClient
) -> None:
    """S25: a password for one sign-in; the token says whose people they are, and one role."""
    customer = await formal(boss)
    user = await invited(boss, customer)
    first = await sign_ins.token(user["login"], user["password"])
    assert first.json()["error"] == "password_change_required"
    tokens = await entered(sign_ins, user)
    claims = jwt.decode(tokens["access_token"], options={"verify_signature": False})
    assert (claims["principal"], claims["customer_id"]) == ("portal", customer["id"])
    async with sign_ins.bearer(tokens) as client:
        me = (await client.get("/v1/auth/me")).json()
        assert (me["id"], me["name"], me["customer_id"]) == (user["id"], "李雷", customer["id"])
        assert me["roles"] == ["customer_portal"]
        mine = (await client.get("/v1/auth/sessions")).json()["items"]
        assert [each["current"] for each in mine] == [True]
        for path in ("customers", f"customers/{customer['id']}", "staff", "portal-users"):
            assert (await client.get(f"/v1/{path}")).status_code == 403
    assert (await sign_ins.token(user["login"], CHOSEN)).status_code == 200


async def test_a_repeated_invitation_does_not_show_the_password_again(
    sign_ins: SignIns, boss: httpx.AsyncClient
) -> None:
    """What is kept for an Idempotency-Key holds no secret."""
    customer = await formal(boss)
    key = {"Idempotency-Key": "invite-1"}
    first = await invite(boss, customer, "repeated.buyer", **key)
    again = await invite(boss, customer, "repeated.buyer", **key)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == first.json() | {"password": None}
    found = await boss.get("/v1/portal-users", params={"customer_id": customer["id"]})
    assert [each["login"] for each in found.json()["items"]] == ["repeated.buyer"]
    assert "password" not in found.text


async def test_only_people_of_formal_customers_are_invited(
    sign_ins: SignIns, boss: httpx.AsyncClient
) -> None:
    """S24, S25."""
    body = {"name": "还不是客户", "accept_duplicates": True}
    prospect = (await boss.post("/v1/customers", json=body)).json()
    refused = await invite(boss, prospect)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_portal_customer")
    nobody = await invite(boss, {"id": "01890000-0000-7000-8000-000000000000"})
    assert nobody.status_code == 404


async def test_a_login_is_one_persons_of_the_house_or_of_any_customer(
    sign_ins: SignIns, boss: httpx.AsyncClient
) -> None:
    """Otherwise the password would say who is meant."""
    customer = await formal(boss)
    await invited(boss, customer, "taken.login")
    for login in ("taken.login", "Boss"):
        refused = await invite(boss, customer, login)
        assert (refused.status_code, refused.json()["code"]) == (409, "login_taken")
    async with await sign_ins.administrator() as client:
        body = {"login": "taken.login", "name": "后来的", "roles": ["finance"]}
        refused = await client.post("/v1/staff", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "login_taken")


async def test_of_two_who_want_one_login_at_once_one_gets_it(
    sign_ins: SignIns, boss: httpx.AsyncClient
) -> None:
    """One hired, one invited, at the same moment: five times over."""
    customer = await formal(boss)
    async with await sign_ins.administrator() as client:
        for turn in range(5):
            login = f"raced{turn}"
            body = {"login": login, "name": "同名", "roles": ["finance"]}
            answers = await asyncio.gather(
                client.post("/v1/staff", json=body), invite(boss, customer, login)
            )
            assert sorted(each.status_code for each in answers) == [201, 409]


async def test_who_is_shut_out_is_out_at_once_and_comes_back_with_a_new_password(
    sign_ins: SignIns, boss: httpx.AsyncClient
) -> None:
    """S25: sessions and refresh tokens end; reopened, the old password does not fit."""
    user = await invited(boss, await formal(boss))
    tokens = await entered(sign_ins, user)
    user = (await boss.get(f"/v1/portal-users/{user['id']}")).json()
    path = f"portal-users/{user['id']}"
    closed = await act(boss, f"{path}/deactivate", user)
    assert (closed.status_code, closed.json()["status"]) == (200, "inactive")
    assert not await works(sign_ins, tokens)
    assert (await sign_ins.refresh(tokens["refresh_token"])).status_code == 400
    assert (await sign_ins.token(user["login"], CHOSEN)).json()["error"] == "invalid_grant"
    again = await act(boss, f"{path}/deactivate", closed.json())
    assert (again.status_code, again.json()["code"]) == (409, "portal_user_state")
    refused = await boss.post(f"/v1/{path}/password")
    assert (refused.status_code, refused.json()["code"]) == (409, "portal_user_state")

    opened = await act(boss, f"{path}/reactivate", closed.json())
    assert opened.json()["status"] == "active"
    assert (await sign_ins.token(user["login"], CHOSEN)).status_code == 400
    given = (await boss.post(f"/v1/{path}/password")).json()
    assert await works(sign_ins, await entered(sign_ins, given))
    assert not await works(sign_ins, tokens)


async def test_people_of_a_lost_customer_are_out_until_it_is_regained(
    sign_ins: SignIns, boss: httpx.AsyncClient
) -> None:
    """S24, S25: the identity stays; others' go on."""
    customer, other = await formal(boss), await formal(boss)
    user = await invited(boss, customer)
    tokens = await entered(sign_ins, user)
    untouched = await entered(sign_ins, await invited(boss, other))
    lost = await act(boss, f"customers/{customer['id']}/lose", customer, reason="停业")
    assert lost.status_code == 200, lost.text
    assert not await works(sign_ins, tokens)
    assert (await sign_ins.refresh(tokens["refresh_token"])).status_code == 400
    assert (await sign_ins.token(user["login"], CHOSEN)).status_code == 400
    assert await works(sign_ins, untouched)
    assert (await invite(boss, customer)).json()["code"] == "no_portal_customer"
    regained = await act(boss, f"customers/{customer['id']}/regain", lost.json())
    assert regained.status_code == 200, regained.text
    assert (await sign_ins.token(user["login"], CHOSEN)).status_code == 200
    assert not await works(sign_ins, tokens)


async def test_nobody_slips_in_while_the_customer_is_lost(
    sign_ins: SignIns, boss: httpx.AsyncClient
) -> None:
    """Signing in and losing the customer at once: whichever is first, no session is left open."""
    for _ in range(5):
        customer = await formal(boss)
        user = await invited(boss, customer)
        await entered(sign_ins, user)
        answers = await asyncio.gather(
            sign_ins.token(user["login"], CHOSEN),
            act(boss, f"customers/{customer['id']}/lose", customer, reason="停业"),
        )
        assert answers[1].status_code == 200, answers[1].text
        if answers[0].status_code == 200:
            assert not await works(sign_ins, answers[0].json())
    await sign_ins.under_test.check()


async def test_a_portal_user_chooses_another_password(
    sign_ins: SignIns, boss: httpx.AsyncClient
) -> None:
    """The session goes on, others end."""
    user = await invited(boss, await formal(boss))
    mine = await entered(sign_ins, user)
    other = (await sign_ins.token(user["login"], CHOSEN)).json()
    async with sign_ins.bearer(mine) as client:
        body = {"current_password": "not this one", "password": "another of mine"}
        wrong = await client.post("/v1/auth/password", json=body)
        assert wrong.json()["code"] == "wrong_password"
        body["current_password"] = CHOSEN
        changed = await client.post("/v1/auth/password", json=body)
        assert (changed.status_code, changed.json()["login"]) == (200, user["login"])
    assert await works(sign_ins, mine)
    assert not await works(sign_ins, other)
    assert (await sign_ins.token(user["login"], CHOSEN)).status_code == 400
    assert (await sign_ins.token(user["login"], "another of mine")).status_code == 200


async def test_passwords_of_customers_are_not_guessed_either(
    sign_ins: SignIns, boss: httpx.AsyncClient
) -> None:
    """The same limits as for staff: ten by login and network, then 429 even for the right one."""
    user = await invited(boss, await formal(boss))
    await entered(sign_ins, user)
    for _ in range(10):
        wrong = await sign_ins.token(user["login"], "a wrong guess", address="10.9.9.9")
        assert wrong.status_code == 400
    late = await sign_ins.token(user["login"], CHOSEN, address="10.9.9.9")
    assert (late.status_code, "retry-after" in late.headers) == (429, True)
    assert (await sign_ins.token(user["login"], CHOSEN, address="10.9.9.8")).status_code == 200


async def test_hashes_and_names_leave_no_trace(sign_ins: SignIns, boss: httpx.AsyncClient) -> None:
    """Argon2id in the table; events tell whose somebody is, never who; the audit masks both."""
    user = await invited(boss, await formal(boss), "traceless")
    await entered(sign_ins, user)
    events = await sign_ins.under_test.published("crm.customer.portal_user.%")
    mine = [each["data"] for each in events if each["data"]["portal_user_id"] == user["id"]]
    assert [set(each) for each in mine] == [{"portal_user_id", "customer_id", "status"}] * 2
    query = sa.text("SELECT password_hash FROM portal_user WHERE login = 'traceless'")
    trail = sa.text(
        "SELECT string_agg(changes::text, ' ') FROM audit_entry"
        " WHERE aggregate_type = 'portal_user'"
    )
    async with sign_ins.under_test.db.reading() as conn:
        assert str(await conn.scalar(query)).startswith("$argon2id$")
        told = str(await conn.scalar(trail))
    assert "traceless" not in told
    assert "argon2" not in told


async def test_the_customers_owner_sees_them_and_colleagues_do_not(
    sign_ins: SignIns, boss: httpx.AsyncClient
) -> None:
    """S215: portal users are seen with their customer; hidden is not there."""
    await sign_ins.hire("seller.one", "account_manager", password="a long password")
    await sign_ins.hire("seller.two", "account_manager", password="a long password")
    async with (
        await sign_ins.client("seller.one", "a long password") as owner,
        await sign_ins.client("seller.two", "a long password") as colleague,
    ):
        body = {"name": "甲的客户", "accept_duplicates": True}
        customer = (await owner.post("/v1/customers", json=body)).json()
        await act(boss, f"customers/{customer['id']}/confirm", customer)
        user = await invited(owner, customer)
        path = f"/v1/portal-users/{user['id']}"
        assert (await owner.get(path)).status_code == 200
        assert (await colleague.get(path)).status_code == 404
        assert (await colleague.get("/v1/portal-users")).json()["items"] == []
        assert (await invite(colleague, customer)).status_code == 404
        assert (
            await act(colleague, f"portal-users/{user['id']}/deactivate", user)
        ).status_code == 404
        stale = await act(owner, f"portal-users/{user['id']}/deactivate", user | {"version": 9})
        assert stale.status_code == 412
        headers = {"If-Match": f'"v{user["version"]}"'}
        renamed = await owner.patch(path, json={"name": "韩梅梅"}, headers=headers)
        assert renamed.json()["name"] == "韩梅梅"


async def test_the_role_of_the_portal_is_nobody_elses_and_never_changes(
    sign_ins: SignIns, boss: httpx.AsyncClient
) -> None:
    """S25, S217: staff do not hold it, and nothing is granted to it or revoked."""
    async with await sign_ins.administrator() as client:
        body = {"login": "no.customer", "name": "员工", "roles": ["customer_portal"]}
        refused = await client.post("/v1/staff", json=body)
        assert (refused.status_code, refused.json()["code"]) == (422, "not_for_staff")
        roles = (await client.get("/v1/roles", params={"page_size": 200})).json()["items"]
        (portal,) = [each for each in roles if each["code"] == "customer_portal"]
        for step in ("grant", "revoke"):
            path = f"roles/{portal['id']}/{step}"
            refused = await act(client, path, portal, permissions=["order.read"])
            assert (refused.status_code, refused.json()["code"]) == (409, "portal_role")
        headers = {"If-Match": f'"v{portal["version"]}"'}
        path = f"/v1/roles/{portal['id']}"
        refused = await client.patch(path, json={"reach": "all"}, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (409, "portal_role")
