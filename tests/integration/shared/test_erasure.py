"""Invariant 40: who was erased is found nowhere any more, the books are as they were, the audit
verifies, and read models that are built anew tell the same."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
import sqlalchemy as sa

from shared.audit.verifying import verify
from shared.documents.housekeeping import sweep
from shared.documents.settings import storage
from shared.domain.ids import new_id
from shared.events.envelope import Envelope
from shared.inbox.inbox import Inbox
from shared.privacy.log import erased_people, rewrite_audit, rewrite_outbox
from tests.conftest import Launch
from tests.support.auditing import seal_all
from tests.support.canaries import spread, traces, within
from tests.support.documents import attached
from tests.support.feeding import Feed
from tests.support.fulfilment import received
from tests.support.services import ServiceUnderTest

SERVICES = ("customer", "opportunity", "order", "analytics")
System = dict[str, ServiceUnderTest]
Json = dict[str, Any]
CONTACT = {
    "name": "金丝雀甲",
    "position": "金丝雀总监",
    "department": "金丝雀科",
    "phone": "+8613900050001",
    "email": "gone01@example.com",
    "wechat": "gone-wechat-01",
    "birthday": "1931-07-19",
    "note": "金丝雀备注一",
}
CHANGED = {
    "name": "金丝雀乙",
    "phone": "+8613900050002",
    "email": "gone02@example.com",
    "wechat": "gone-wechat-02",
    "birthday": "1932-08-18",
    "note": "金丝雀备注二",
}
TRADER = {
    "name": "灰雁小吃店",
    "phone": "+8613900050003",
    "email": "gone03@example.com",
    "website": "https://gone03.example.com",
    "address": "灰雁路三号",
    "note": "灰雁备注三",
}
STAFF = {"login": "goose.four", "name": "白鹭四", "position": "白鹭会计"}
DETAILS, TALKED, LOST = "金丝雀谈了家事", "灰雁谈了家事", "灰雁歇业"
TITLE, FILE, CREDIT, DEPUTY = "金丝雀身份证", "金丝雀.pdf", "灰雁信用", "白鹭病假"
DROPPED, SPOKEN, DEVICE = "灰雁误报", "huiyan", "白鹭手机"
CANARIES = [
    *(value for body in (CONTACT, CHANGED, TRADER, STAFF) for value in body.values()),
    *(DETAILS, TALKED, LOST, TITLE, FILE, CREDIT, DEPUTY, DROPPED, SPOKEN, DEVICE),
]
ERASE = "/v1/personal-data/customer/erase"


@pytest.fixture(scope="module")
async def system(launch: Launch) -> System:
    """The four services."""
    return {name: await launch(name) for name in SERVICES}


async def _made(client: httpx.AsyncClient, path: str, body: Json) -> Json:
    """What was created, with a key whose answer is kept."""
    answer = await client.post(path, json=body, headers={"Idempotency-Key": str(new_id())})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def _done(client: httpx.AsyncClient, path: str, version: int, body: Json) -> Json:
    """What became of something."""
    answer = await client.post(path, json=body, headers={"If-Match": f'"v{version}"'})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def _contact(system: System) -> Json:
    """Somebody entered, changed, visited, with a paper."""
    async with system["customer"].client("sales_manager") as client:
        customer = await _made(client, "/v1/customers", {"name": "采煤公司"})
        contacts = f"/v1/customers/{customer['id']}/contacts"
        contact = await _made(client, contacts, CONTACT)
        headers = {"If-Match": '"v1"', "Idempotency-Key": str(new_id())}
        changed = await client.patch(f"{contacts}/{contact['id']}", json=CHANGED, headers=headers)
        assert changed.status_code == 200, changed.text
        papers = "/v1/documents/customer"
        await attached(client, papers, "contact", contact["id"], name=FILE, title=TITLE)
    await _spread(system)
    await _visited(system, customer["id"], DETAILS, contact["id"])
    return dict(changed.json())


async def _trader(system: System) -> Json:
    """Somebody who is a customer, trusted, visited, paid, and lost."""
    service = system["customer"]
    async with service.client("sales_manager") as client:
        customer = await _made(client, "/v1/customers", TRADER)
        credit = {"settlement": "open", "note": CREDIT}
        url = f"/v1/customers/{customer['id']}"
        answer = await client.put(f"{url}/credit", json=credit, headers={"If-None-Match": "*"})
        assert answer.is_success, answer.text
        await _done(client, f"{url}/confirm", 1, {})
        await _spread(system)
        await _visited(system, customer["id"], TALKED)
        await received(system["order"], UUID(customer["id"]), "10.00")
        lost = await _done(client, f"{url}/lose", 2, {"reason": LOST})
    await _park(system, customer["id"])
    return lost


async def _person(system: System) -> Json:
    """Somebody who worked here, did something, was absent, signed in, and left."""
    service = system["customer"]
    async with service.client("administrator") as admin:
        body = STAFF | {"roles": ["sales_manager"]}
        person = await _made(admin, "/v1/staff", body)
        other = {"login": "deputy", "name": "代理人", "roles": ["sales_manager"]}
        deputyship = {
            "principal_id": person["id"],
            "deputy_id": (await _made(admin, "/v1/staff", other))["id"],
            "starts_on": "2200-01-01",
            "ends_on": "2200-01-02",
            "reason": DEPUTY,
        }
        await _made(admin, "/v1/deputies", deputyship)
        service.people[STAFF["name"]] = UUID(person["id"])
        async with service.client("sales_manager", name=STAFF["name"]) as client:
            mine = await _made(client, "/v1/customers", {"name": "别家公司"})
            owner = {"owner_id": deputyship["deputy_id"]}
            await _done(client, f"/v1/customers/{mine['id']}/hand-over", 1, owner)
        await _signed_in(service, person["id"])
        return await _done(admin, f"/v1/staff/{person['id']}/leave", 1, {})


async def _signed_in(service: ServiceUnderTest, staff_id: str) -> None:
    """The network somebody signed in from, as a sign-in notes it."""
    async with service.db.pool.transaction() as conn:
        await conn.execute(
            sa.text(
                "INSERT INTO known_network (subject_id, network, last_sign_in_at)"
                " VALUES (CAST(:id AS uuid), :network, now())"
            ),
            {"id": UUID(staff_id), "network": DEVICE},
        )


async def _visited(
    system: System, customer_id: str, details: str, contact_id: str | None = None
) -> None:
    body = {
        "customer_id": customer_id,
        "contact_id": contact_id,
        "kind": "call",
        "result": "advanced",
        "details": details,
        "happened_at": "2026-11-20T10:00:00Z",
    }
    async with system["opportunity"].client("general_manager") as client:
        await _made(client, "/v1/activities", body)


async def _park(system: System, customer_id: str) -> None:
    """That the trader is lost could not be applied, and was dropped with a word about it."""
    service = system["opportunity"]
    (consumer,) = [each for each in service.service.consumers if "replicas" in each.name]
    query = sa.text(
        "SELECT headers::text, payload::text FROM outbox WHERE key = :key ORDER BY seq DESC LIMIT 1"
    )
    async with system["customer"].db.reading() as conn:
        headers, payload = (await conn.execute(query, {"key": customer_id})).one()
    event = replace(Envelope.parse(json.loads(headers), payload), data='{"name": "灰雁小吃店"}')
    await Feed(Inbox(service.db, consumer, retry_pauses=())).send([event])
    path = f"/internal/opportunity/parked/{consumer.name}/{event.id}/drop"
    async with service.client("administrator") as client:
        answer = await client.post(path, json={"why": DROPPED})
        assert answer.is_success, answer.text


async def _spread(system: System) -> None:
    for name in ("customer", "opportunity", "order"):
        others = [each for other, each in system.items() if other != name]
        await spread(system[name], *others)


async def _books(service: ServiceUnderTest) -> dict[str, str]:
    """A digest of all that the order service keeps of money and goods."""
    names = ("journal", "posting", "receipt", "allocation", "invoice", "sales_order", "prepayment")
    found = {}
    async with service.db.reading() as conn:
        for name in names:
            query = sa.text(f"SELECT md5(string_agg(t::text, '' ORDER BY id)) FROM {name} AS t")
            found[name] = str(await conn.scalar(query))
    return found


async def _facts(service: ServiceUnderTest) -> dict[str, set[str]]:
    """The rows of a service's read model."""
    found = {}
    async with service.db.reading() as conn:
        for table in service.service.metadata.tables.values():
            if table.schema is not None:
                query = sa.text(f"SELECT t::text FROM {table.fullname} AS t")
                found[table.fullname] = set((await conn.execute(query)).scalars())
    return found


async def _rewrite_log(system: System) -> tuple[int, int]:
    """As ``kehu personal-data erase-log`` does."""
    events = entries = 0
    keeper = await asyncpg.connect(system["customer"].owner_dsn)
    people = await erased_people(keeper)
    events = await rewrite_outbox(keeper, people)
    await keeper.close()
    for service in system.values():
        session = await asyncpg.connect(service.owner_dsn)
        entries += await rewrite_audit(session, people)
        await session.close()
    return events, entries


async def test_who_was_erased_is_found_nowhere(
    system: System, launch: Launch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Invariant 40; GDPR Art. 17, PIPL 47."""
    assert len(CANARIES) == len(set(CANARIES)) >= 30
    contact, trader, person = await _contact(system), await _trader(system), await _person(system)
    await _spread(system)
    entered = {name: await traces(service, CANARIES) for name, service in system.items()}
    assert set(CANARIES) == set().union(*(set().union(*each.values()) for each in entered.values()))
    books = await _books(system["order"])
    for service in system.values():
        await seal_all(service.db)

    async with system["customer"].client("data_steward") as steward:
        for kind, record in (("contact", contact), ("customer", trader), ("staff", person)):
            body = {"subject_type": kind, "subject_id": record["id"], "reason": "本人请求"}
            answer = await _done(steward, ERASE, record["version"], body)
            assert within(str(answer), CANARIES) == set()
    await sweep(system["customer"].db, storage(system["customer"].app.state.context.settings))
    await _spread(system)
    assert (await _rewrite_log(system))[0] > 0
    assert await _rewrite_log(system) == (0, 0)

    left = {name: await traces(service, CANARIES) for name, service in system.items()}
    assert not any(left.values()), left
    for name, service in system.items():
        async with service.client("data_steward") as steward:
            for kind, record in (("contact", contact), ("customer", trader), ("staff", person)):
                body = {"subject_type": kind, "subject_id": record["id"], "reason": "again"}
                given = await steward.post(f"/v1/personal-data/{name}/export", json=body)
                assert within(given.text, CANARIES) == set()
        await seal_all(service.db)
        assert (await verify(service.db)).broken is None
    assert await _books(system["order"]) == books
    logged = capfd.readouterr()
    assert within(logged.out + logged.err, CANARIES) == set()
    await _built_anew_it_tells_the_same(system, launch)


async def _built_anew_it_tells_the_same(system: System, launch: Launch) -> None:
    """Invariant 12: by the events as they are now."""
    anew = await launch("analytics")
    for name in ("customer", "opportunity", "order"):
        await spread(system[name], anew)
    assert await _facts(anew) == await _facts(system["analytics"])
