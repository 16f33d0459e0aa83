"""A user of the portal is forgotten in every service: in tables, outbox and audit, and for good at
the door."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
import sqlalchemy as sa

from shared.audit.verifying import verify
from shared.privacy.log import erased_people, rewrite_audit, rewrite_outbox
from tests.conftest import Launch
from tests.support import order as build
from tests.support.auditing import seal_all
from tests.support.canaries import spread, traces, within
from tests.support.portal import Buyer, item
from tests.support.services import ServiceUnderTest
from tests.support.sign_ins import SignIns

LOGIN, NAME, RENAMED = "heron5@gone.example", "苍鹭五", "苍鹭六"
NOTE, CHANGED = "苍鹭收 +8613900050055", "找苍鹭签收 heron6@gone.example"
CANARIES = [LOGIN, NAME, RENAMED, NOTE, CHANGED]
PASSWORD, NETWORK = "chosen by the customer", "10.77.66.55"
USERS, ERASE = "/v1/portal-users", "/v1/personal-data/customer/erase"
System = dict[str, ServiceUnderTest]
Json = dict[str, Any]


@pytest.fixture(scope="module")
async def system(sign_ins: SignIns, launch: Launch) -> System:
    """The four services; the customer service signs people in itself."""
    others = ("opportunity", "order", "analytics")
    return {"customer": sign_ins.under_test} | {name: await launch(name) for name in others}


@pytest.fixture(scope="module")
async def steward(sign_ins: SignIns) -> httpx.AsyncClient:
    """Who invites, shuts out and erases."""
    roles = ("general_manager", "sales_manager", "data_steward")
    await sign_ins.hire("steward", *roles, password="a long password")
    return await sign_ins.client("steward", "a long password")


async def _step(client: httpx.AsyncClient, path: str, version: int, **body: Any) -> Json:
    headers = {"If-Match": f'"v{version}"', "Idempotency-Key": f"{path}/{version}"}
    answer = await client.post(path, json=body or None, headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def _known(sign_ins: SignIns, steward: httpx.AsyncClient) -> tuple[Json, Json]:
    """Somebody who was invited, has signed in twice, guessed wrong and is called otherwise now,
    with the tokens."""
    customer = (await steward.post("/v1/customers", json={"name": "水鸟公司"})).json()
    await _step(steward, f"/v1/customers/{customer['id']}/confirm", 1)
    body = {"customer_id": customer["id"], "login": LOGIN, "name": NAME}
    keyed = {"Idempotency-Key": "invite"}
    user = (await steward.post(USERS, json=body, headers=keyed)).json()
    first = await sign_ins.token(LOGIN, user["password"], address=NETWORK, new_password=PASSWORD)
    assert first.status_code == 200, first.text
    assert (await sign_ins.token(LOGIN, "a wrong guess")).status_code == 400
    tokens = (await sign_ins.token(LOGIN, PASSWORD, address=NETWORK)).json()
    user = (await steward.get(f"{USERS}/{user['id']}")).json()
    renamed = await steward.patch(
        f"{USERS}/{user['id']}",
        json={"name": RENAMED},
        headers={"If-Match": f'"v{user["version"]}"', "Idempotency-Key": "rename"},
    )
    return renamed.json(), tokens


async def _ordering(order: ServiceUnderTest, user: Json) -> Buyer:
    """The same in the portal, with a draft that says who takes the goods."""
    order.people[RENAMED] = UUID(user["id"])
    someone = Buyer(order, UUID(user["customer_id"]), RENAMED)
    draft = await someone.draft(item(await build.product(order)), note=NOTE)
    changed = await someone.send("PATCH", f"drafts/{draft['id']}", {"note": CHANGED}, seen=draft)
    assert changed.status_code == 200, changed.text
    body = {"lines": [item(await build.product(order))], "note": NOTE}
    async with someone.client() as client:
        keyed = {"Idempotency-Key": "draft"}
        kept = await client.post("/v1/portal/drafts", json=body, headers=keyed)
    assert kept.status_code == 201, kept.text
    return someone


async def _spread(system: System) -> None:
    for name in ("customer", "order"):
        await spread(system[name], *(each for other, each in system.items() if other != name))


async def _erase_log(system: System) -> int:
    """As ``kehu personal-data erase-log`` does; how much that changed."""
    keeper = await asyncpg.connect(system["customer"].owner_dsn)
    people = await erased_people(keeper)
    changed = await rewrite_outbox(keeper, people)
    await keeper.close()
    for service in system.values():
        session = await asyncpg.connect(service.owner_dsn)
        changed += await rewrite_audit(session, people)
        await session.close()
    return changed


async def test_a_portal_user_is_forgotten_by_all_and_never_comes_in_again(
    system: System, sign_ins: SignIns, steward: httpx.AsyncClient
) -> None:
    """Invariant 40; GDPR Art. 17, PIPL 47; S25: login, name, address, number, wherever they stand;
    no password, token or session is good any more, and the login may be another's."""
    user, tokens = await _known(sign_ins, steward)
    await _spread(system)
    someone = await _ordering(system["order"], user)
    entered = {name: await traces(service, CANARIES) for name, service in system.items()}
    assert {LOGIN, RENAMED} <= entered["customer"]["portal_user"]
    kept = {"audit_entry", "order_draft", "idempotency_key"}
    assert kept <= set(entered["order"])
    assert kept - {"order_draft"} <= set(entered["customer"])
    for service in system.values():
        await seal_all(service.db)

    path = f"{USERS}/{user['id']}"
    closed = await _step(steward, f"{path}/deactivate", user["version"])
    body = {"subject_type": "portal_user", "subject_id": user["id"], "reason": "本人请求"}
    erased = await _step(steward, ERASE, closed["version"], **body)
    assert within(str(erased), CANARIES) == set()
    await _spread(system)
    assert await _erase_log(system) > 0
    assert await _erase_log(system) == 0

    left = {name: await traces(service, CANARIES) for name, service in system.items()}
    assert not any(left.values()), left
    await _nothing_is_given_out(system, sign_ins, body)
    for service in system.values():
        await seal_all(service.db)
        assert (await verify(service.db)).broken is None

    await _nobody_signs_in(sign_ins, steward, user["id"], erased, tokens)
    refused = await someone.send("GET", "drafts")
    assert (refused.status_code, refused.json()["code"]) == (403, "portal_closed")
    again = {"customer_id": user["customer_id"], "login": LOGIN, "name": "后来者"}
    assert (await steward.post(USERS, json=again)).status_code == 201


async def _nothing_is_given_out(system: System, sign_ins: SignIns, body: Json) -> None:
    """Neither at the person's request nor by the audit."""
    who = {"actor_id": body["subject_id"]}
    for name, service in system.items():
        if service is sign_ins.under_test:
            client = await sign_ins.administrator()
        else:
            client = service.client("administrator")
        async with client:
            given = await client.post(f"/v1/personal-data/{name}/export", json=body)
            audited = await client.get(f"/v1/audit/{name}", params=who)
        for answer in (given, audited):
            assert answer.status_code == 200, answer.text
            assert within(answer.text, CANARIES) == set()


async def _nobody_signs_in(
    sign_ins: SignIns, steward: httpx.AsyncClient, user_id: str, erased: Json, tokens: Json
) -> None:
    """By the old login or by what stands in its place; and it is opened to nobody."""
    now = (await steward.get(f"{USERS}/{user_id}")).json()
    assert (now["name"], now["status"]) == (erased["pseudonym"], "inactive")
    for login in (LOGIN, now["login"]):
        assert (await sign_ins.token(login, PASSWORD)).json()["error"] == "invalid_grant"
    assert (await sign_ins.refresh(tokens["refresh_token"])).status_code == 400
    async with sign_ins.bearer(tokens) as client:
        assert (await client.get("/v1/auth/me")).status_code == 401
    async with sign_ins.under_test.db.reading() as conn:
        query = sa.text(
            "SELECT count(*) FILTER (WHERE status = 'open' OR device IS NOT NULL OR network IS NOT"
            " NULL), count(*) FROM session WHERE subject_id = CAST(:id AS uuid)"
        )
        assert (await conn.execute(query, {"id": UUID(user_id)})).one() == (0, 2)
        query = sa.text("SELECT count(*) FROM known_network WHERE subject_id = CAST(:id AS uuid)")
        assert await conn.scalar(query, {"id": UUID(user_id)}) == 0
    headers = {"If-Match": f'"v{now["version"]}"'}
    reset = await steward.post(f"{USERS}/{user_id}/password")
    opened = await steward.post(f"{USERS}/{user_id}/reactivate", headers=headers)
    renamed = await steward.patch(f"{USERS}/{user_id}", json={"name": NAME}, headers=headers)
    assert [each.status_code for each in (reset, opened, renamed)] == [409] * 3
    assert {each.json()["code"] for each in (opened, renamed)} == {"person_erased"}
