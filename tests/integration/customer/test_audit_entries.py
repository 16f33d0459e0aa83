"""What the audit says of a change: who, from where, what before and after, and to whom it says it
(S12, S15, S214)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
import sqlalchemy as sa

from services.customer.imports.service import CUSTOMERS
from shared.domain.ids import new_id
from shared.imports.runner import ImportRunner
from tests.support.auditing import entries_of, seal_all
from tests.support.services import ServiceUnderTest

Json = dict[str, Any]

PHONE, TAX_ID = "13812345678", "914403001922038216"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


async def made(client: httpx.AsyncClient, **fields: Any) -> Json:
    """A new customer."""
    body = {"name": f"审计{uuid4().hex[:8]}公司", **fields}
    answer = await client.post("/v1/customers", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def entry_count(service: ServiceUnderTest) -> int:
    async with service.db.reading() as conn:
        return int(await conn.scalar(sa.text("SELECT count(*) FROM audit_entry")))


async def audit(service: ServiceUnderTest, role: str = "administrator", **params: Any) -> Json:
    """A page of the audit."""
    async with service.client(role) as client:
        answer = await client.get("/v1/audit/customer", params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


# -- what an entry says ------------------------------------------------------------------------


async def test_a_creation_says_who_from_where_and_what(customer: ServiceUnderTest) -> None:
    request_id = new_id()
    headers = {
        "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0",
        "X-Request-Id": str(request_id),
        "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01",
    }
    async with customer.client("account_manager", name="张敏") as client:
        client.headers.update(headers)
        body = await made(client, name="上海审计有限公司", region="上海", phone=PHONE)
    (entry,) = await entries_of(customer.db, body["id"])
    assert entry["actor_name"] == "张敏"
    assert entry["actor_id"] == customer.people["张敏"]
    assert (entry["on_behalf_of"], entry["on_behalf_of_name"]) == (None, None)
    assert (entry["address"], entry["client"]) == ("127.0.0.1", "browser")
    assert (entry["request_id"], entry["trace_id"]) == (request_id, TRACE)
    assert entry["event_type"] == "crm.customer.customer.created.v1"
    assert (entry["aggregate_type"], entry["aggregate_version"]) == ("customer", 1)
    changes = entry["changes"]
    assert changes["name"] == [None, "***公司"]  # it may be a person's
    assert changes["region"] == [None, "上海"]
    assert changes["status"] == [None, "prospect"]
    assert "tax_id" not in changes  # it has none
    (event,) = [
        each for each in await customer.published() if str(each["aggregate_id"]) == body["id"]
    ]
    assert event["type"] == entry["event_type"]


async def test_a_change_says_what_was_there_before(customer: ServiceUnderTest) -> None:
    """S12: who raised the level, and from what."""
    async with customer.client("sales_manager") as client:
        body = await made(client, level="C", region="上海")
        path, etag = f"/v1/customers/{body['id']}", {"If-Match": '"v1"'}
        changed = await client.patch(path, json={"level": "A", "region": "上海"}, headers=etag)
        assert changed.status_code == 200
    _, entry = await entries_of(customer.db, body["id"])
    assert entry["changes"] == {"level": ["C", "A"]}
    assert entry["aggregate_version"] == 2


async def test_private_values_are_noted_and_masked(customer: ServiceUnderTest) -> None:
    """S15: that a tax id was changed is in the audit; the tax id is not."""
    async with customer.client("sales_manager") as client:
        body = await made(client, phone="13987654378", email="zhang@example.com")
        path, etag = f"/v1/customers/{body['id']}", {"If-Match": '"v1"'}
        private = {"tax_id": TAX_ID, "phone": "02112345678", "email": None, "note": "喜欢喝茶"}
        assert (await client.patch(path, json=private, headers=etag)).status_code == 200
        person = {"name": "李小姐", "phone": PHONE, "birthday": "1990-05-17", "wechat": "lixiaojie"}
        contact = await client.post(f"{path}/contacts", json=person)
        assert contact.status_code == 201, contact.text
    created, changed = await entries_of(customer.db, body["id"])
    assert created["changes"]["phone"] == [None, "***78"]
    assert changed["changes"] == {
        "tax_id": [None, "***16"],
        "phone": ["***78", "***78"],
        "email": ["***om", None],
        "note": [None, "***"],
    }
    (entry,) = await entries_of(customer.db, contact.json()["id"])
    for field in ("name", "phone", "birthday", "wechat"):
        assert entry["changes"][field][1].startswith("***")


async def test_no_secret_is_in_the_audit(customer: ServiceUnderTest) -> None:
    """S214: a password was set; neither it nor its hash is anywhere in the audit."""
    login, password = f"a{uuid4().hex[:8]}", "correct horse battery staple"
    async with customer.client("administrator") as client:
        person = {"login": login, "name": "王芳", "roles": ["finance"], "password": password}
        hired = await client.post("/v1/staff", json=person)
        assert hired.status_code == 201, hired.text
    (entry,) = await entries_of(customer.db, hired.json()["id"])
    assert entry["changes"]["login"] == [None, f"***{login[-2:]}"]  # the person may be erased
    assert "password_hash" not in entry["changes"]
    assert "argon2" not in entry["told"]


async def test_an_import_is_audited_row_by_row(customer: ServiceUnderTest) -> None:
    """S02: in the name of the one who uploaded the file."""
    mark = uuid4().hex[:8]
    async with customer.client("administrator", name="导入员") as client:
        files = {"file": ("c.csv", f"name\n{mark}甲\n{mark}乙\n".encode(), "text/csv")}
        started = await client.post("/v1/customers/imports", files=files)
        assert started.status_code == 202, started.text
        await ImportRunner(customer.db, [CUSTOMERS]).work()
    found = (await audit(customer, request_id=started.json()["id"]))["items"]
    assert [each["event"]["type"] for each in found] == ["crm.customer.customer.created.v1"] * 2
    assert {each["client"] for each in found} == {"import"}
    assert {each["actor"]["name"] for each in found} == {"导入员"}
    assert {each["address"] for each in found} == {None}


# -- what leaves none --------------------------------------------------------------------------


async def test_a_refused_request_leaves_no_entry(customer: ServiceUnderTest) -> None:
    async with customer.client("sales_manager") as client:
        body = await made(client)
        path = f"/v1/customers/{body['id']}"
        before = await entry_count(customer)
        for etag, json in (('"v9"', {"region": "北京"}), ('"v1"', {"name": ""})):
            answer = await client.patch(path, json=json, headers={"If-Match": etag})
            assert answer.status_code in (412, 422)
        rejected = await client.post(
            f"{path}/reject", json={"reason": "x"}, headers={"If-Match": '"v1"'}
        )
        assert rejected.status_code == 409
    async with customer.client("finance") as client:
        assert (await client.post("/v1/customers", json={"name": "无权"})).status_code == 403
    assert await entry_count(customer) == before


async def test_a_replayed_answer_leaves_no_entry(customer: ServiceUnderTest) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    async with customer.client("sales_manager") as client:
        body = {"name": f"重复{uuid4().hex[:8]}"}
        first = await client.post("/v1/customers", json=body, headers=key)
        again = await client.post("/v1/customers", json=body, headers=key)
    assert again.headers["idempotent-replayed"] == "true"
    assert len(await entries_of(customer.db, first.json()["id"])) == 1


# -- who may read and change it ----------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor_name = 'x'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "UPDATE audit_seal SET hash = ''",
        "DELETE FROM audit_seal",
        "UPDATE audit_unsealed SET at = now()",
    ],
)
async def test_the_runtime_role_can_only_add(customer: ServiceUnderTest, statement: str) -> None:
    async with customer.db.reading() as conn:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute(sa.text(statement))


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("administrator", 200),
        ("general_manager", 200),
        ("sales_manager", 403),
        ("account_manager", 403),
        ("finance", 403),
    ],
)
async def test_the_audit_is_read_by_permission(
    customer: ServiceUnderTest, role: str, status: int
) -> None:
    async with customer.client(role) as client:
        for path in ("/v1/audit/customer", "/v1/audit/customer/head"):
            assert (await client.get(path)).status_code == status


# -- reading -----------------------------------------------------------------------------------


async def test_the_history_of_an_object_newest_first(customer: ServiceUnderTest) -> None:
    async with customer.client("sales_manager", name="陈经理") as client:
        body = await made(client, name="历史公司", region="上海")
        path = f"/v1/customers/{body['id']}"
        await client.patch(path, json={"region": "北京"}, headers={"If-Match": '"v1"'})
        await client.post(f"{path}/confirm", headers={"If-Match": '"v2"'})
    confirmed, changed, created = (await audit(customer, object_id=body["id"]))["items"]
    assert confirmed["event"] == {
        "type": "crm.customer.customer.confirmed.v1",
        "label": confirmed["event"]["label"],
    }
    assert confirmed["event"]["label"].endswith(".")
    assert confirmed["object"] == {
        "type": "customer",
        "id": body["id"],
        "version": 3,
        "label": body["number"],
    }
    assert confirmed["changes"] == [{"field": "status", "before": "prospect", "after": "formal"}]
    assert changed["changes"] == [{"field": "region", "before": "上海", "after": "北京"}]
    assert created["actor"] == {"id": str(customer.people["陈经理"]), "name": "陈经理"}
    assert created["on_behalf_of"] is None


async def test_the_audit_is_narrowed_and_paged(customer: ServiceUnderTest) -> None:
    request_id = new_id()
    async with customer.client("sales_manager", name="页先生") as client:
        mine = [await made(client) for _ in range(4)]
        client.headers["X-Request-Id"] = str(request_id)
        last = await made(client)
    by: Json = {"actor_id": str(customer.people["页先生"]), "page_size": 2}
    found, token = [], None
    while True:
        page = await audit(customer, **by, **({"page_token": token} if token else {}))
        found += page["items"]
        if (token := page["next_page_token"]) is None:
            break
    assert [each["object"]["id"] for each in found] == [
        each["id"] for each in reversed([*mine, last])
    ]
    (one,) = (await audit(customer, request_id=str(request_id)))["items"]
    assert one["object"]["id"] == last["id"]
    assert (await audit(customer, object_type="unicorn"))["items"] == []
    assert {
        each["object"]["type"] for each in (await audit(customer, object_type="customer"))["items"]
    } == {"customer"}


async def test_the_audit_of_a_time(customer: ServiceUnderTest) -> None:
    async with customer.client("sales_manager") as client:
        body = await made(client)
    (entry,) = (await audit(customer, object_id=body["id"]))["items"]
    at = datetime.fromisoformat(entry["at"])

    async def there(start: datetime, end: datetime) -> bool:
        moments = {"from": start.isoformat(), "to": end.isoformat()}
        return bool((await audit(customer, object_id=body["id"], **moments))["items"])

    step = timedelta(microseconds=1)
    assert await there(at, at + step)
    assert await there(at - timedelta(days=1), at + timedelta(days=1))
    assert not await there(at - timedelta(days=1), at)
    assert not await there(at + step, at + timedelta(days=1))


async def test_the_head_of_the_chain(customer: ServiceUnderTest) -> None:
    async with customer.client("administrator") as client:
        await made(client)
        waiting = (await client.get("/v1/audit/customer/head")).json()["waiting"]
        assert waiting > 0
        await seal_all(customer.db)
        head = (await client.get("/v1/audit/customer/head")).json()
    assert (head["waiting"], head["seq"]) == (0, await entry_count(customer))
    assert len(bytes.fromhex(head["hash"])) == 32
    assert UUID(head["entry_id"])
