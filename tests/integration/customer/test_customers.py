"""Customers: entered, changed, found, guarded against doubles, and their life cycle."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest
import sqlalchemy as sa

from tests.support.services import ServiceUnderTest

HUAWEI, TENCENT, BYD = "914403001922038216", "9144030071526726XG", "91440300192317458F"


async def enter(client: httpx.AsyncClient, name: str, **fields: Any) -> dict[str, Any]:
    """Enter a customer."""
    answer = await client.post("/v1/customers", json={"name": name, **fields})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def found(client: httpx.AsyncClient, **filters: Any) -> list[str]:
    """The names a list gives."""
    answer = await client.get("/v1/customers", params=filters)
    assert answer.status_code == 200, answer.text
    return [each["name"] for each in answer.json()["items"]]


def if_match(version: int) -> dict[str, str]:
    """The header for a version."""
    return {"If-Match": f'"v{version}"'}


async def test_a_customer_is_entered_and_read_again(customer: ServiceUnderTest) -> None:
    """S02."""
    async with customer.client("account_manager") as client:
        created = await client.post("/v1/customers", json={"name": "华为技术有限公司"})
        read = await client.get(created.headers["location"])
    assert created.status_code == 201
    assert read.json() == created.json()
    assert read.headers["etag"] == '"v1"'
    events = await customer.published("crm.customer.customer.%")
    assert [event["type"] for event in events] == ["crm.customer.customer.created.v1"]
    assert events[0]["data"]["owner_id"] == str(customer.people["account_manager"])


async def test_the_runtime_role_owns_nothing(customer: ServiceUnderTest) -> None:
    """Rows may be written, tables may not be altered, and history may not be rewritten."""
    async with customer.db.reading() as conn:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="must be owner"):
            await conn.execute(sa.text("ALTER TABLE customer ADD COLUMN x int"))
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="ownership_change"):
            await conn.execute(sa.text("UPDATE ownership_change SET owner_id = customer_id"))


async def test_the_whole_record_is_kept(customer: ServiceUnderTest) -> None:
    """S02: phone numbers in one form, the tax id checked after GB 32100."""
    record = {
        "name": "比亚迪股份有限公司",
        "tax_id": BYD.lower(),
        "phone": "0755-8988 8888",
        "email": "ir@byd.example",
        "website": "https://byd.example",
        "industry": "汽车",
        "region": "华南",
        "address": "深圳市坪山区比亚迪路3009号",
        "source": "展会",
        "level": "A",
        "note": "重点客户",
        "external_id": "ERP-1",
    }
    async with customer.client("sales_manager") as client:
        created = await enter(client, **record)
    kept = {name: created[name] for name in record}
    assert kept == record | {"tax_id": BYD, "phone": "+8675589888888"}
    (event,) = [
        each for each in await customer.published() if each["data"].get("external_id") == "ERP-1"
    ]
    assert {"phone", "email", "note", "tax_id", "address"} & event["data"].keys() == set()


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": "   "},
        {"name": "x" * 201},
        {"name": "a\x00b"},
        {"name": 5},
        {},
        {"name": "x", "tax_id": "914403001922038217"},
        {"name": "x", "tax_id": "123"},
        {"name": "x", "phone": "call me"},
        {"name": "x", "phone": "1"},
        {"name": "x", "email": "no at"},
        {"name": "x", "level": "D"},
        {"name": "x", "status": "formal"},
        {"name": "x", "version": 7},
        {"name": "x", "external_id": "a b"},
        {"name": "x", "owner_id": "00000000-0000-0000-0000-000000000001"},
    ],
)
async def test_bad_records_are_refused(customer: ServiceUnderTest, body: dict[str, Any]) -> None:
    """S15: 4xx, a pointer to the field, and nothing written."""
    async with customer.client("account_manager") as client:
        before = await customer.published()
        answer = await client.post("/v1/customers", json=body)
    assert answer.status_code in (400, 422)
    assert await customer.published() == before


async def test_look_alikes_are_warned_of(customer: ServiceUnderTest) -> None:
    """S02: by normalised name, by phone; accepted when the caller insists."""
    async with customer.client("account_manager") as client:
        first = await enter(client, "深圳市大疆创新科技有限公司", phone="0755-26656677")
        for body in (
            {"name": "深圳市大疆创新科技"},
            {"name": "大疆", "phone": "+86 755 2665 6677"},
        ):
            answer = await client.post("/v1/customers", json=body)
            assert (answer.status_code, answer.json()["code"]) == (409, "possible_duplicate")
            assert [each["id"] for each in answer.json()["candidates"]] == [first["id"]]
            second = await enter(client, **body, accept_duplicates=True)
            url = f"/v1/customers/{second['id']}/lookalikes"
            alike = (await client.get(url)).json()["items"]
            assert first["id"] in [each["id"] for each in alike]


async def test_a_tax_id_is_one_customers(customer: ServiceUnderTest) -> None:
    """Promise 36; even two sessions at once, and even if duplicates are accepted."""
    async with customer.client("account_manager") as client:
        bodies = [
            {"name": f"腾讯{n}", "tax_id": TENCENT, "accept_duplicates": True} for n in range(4)
        ]
        answers = await asyncio.gather(
            *(client.post("/v1/customers", json=body) for body in bodies)
        )
        late = await client.post("/v1/customers", json={"name": "微信", "tax_id": TENCENT})
        other = await enter(client, "微信支付")
        changed = await client.patch(
            f"/v1/customers/{other['id']}",
            json={"tax_id": TENCENT, "accept_duplicates": True},
            headers=if_match(1),
        )
    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]
    refused = [*(each for each in answers if each.status_code == 409), late, changed]
    assert {each.json()["code"] for each in refused} == {"tax_id_taken"}
    assert late.json()["candidates"][0]["name"].startswith("腾讯")


async def test_an_external_id_is_one_customers(customer: ServiceUnderTest) -> None:
    """Two sessions at once: one wins, the other hears why."""
    async with customer.client("account_manager") as client:
        answers = await asyncio.gather(
            *(
                client.post("/v1/customers", json={"name": f"外部{n}", "external_id": "EXT-1"})
                for n in range(2)
            )
        )
    assert sorted(each.status_code for each in answers) == [201, 409]
    (refused,) = [each for each in answers if each.status_code == 409]
    assert refused.json()["code"] == "external_id_taken"


async def test_a_change_is_searched_for_at_once(customer: ServiceUnderTest) -> None:
    """S13: the old name is not found any more, the new one is; the event carries the record."""
    async with customer.client("account_manager") as client:
        created = await enter(client, "北京字节跳动科技有限公司", industry="互联网")
        url = f"/v1/customers/{created['id']}"
        body = {"name": "抖音有限公司", "industry": None}
        changed = await client.patch(url, json=body, headers=if_match(1))
        stale = await client.patch(url, json={"name": "旧"}, headers=if_match(1))
        blind = await client.patch(url, json={"name": "旧"})
        assert await found(client, q="字节") == []
        assert await found(client, q="dyyxgs") == ["抖音有限公司"]
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert (changed.json()["name"], changed.json()["industry"]) == ("抖音有限公司", None)
    assert (stale.status_code, blind.status_code) == (412, 428)
    event = (await customer.published("crm.customer.customer.changed.v1"))[-1]
    assert (event["aggregate_version"], event["data"]["name"]) == (2, "抖音有限公司")


async def test_a_change_warns_of_look_alikes_by_what_is_new(customer: ServiceUnderTest) -> None:
    """S13: what was accepted before is not asked again."""
    async with customer.client("account_manager") as client:
        await enter(client, "小米科技有限责任公司")
        double = await enter(client, "小米科技", accept_duplicates=True)
        url = f"/v1/customers/{double['id']}"
        region = await client.patch(url, json={"region": "华北"}, headers=if_match(1))
        same = await client.patch(url, json={"name": "小米科技"}, headers=if_match(2))
        renamed = await client.patch(url, json={"name": "红米"}, headers=if_match(3))
        back = await client.patch(url, json={"name": "小米科技"}, headers=if_match(4))
        insisted = await client.patch(
            url, json={"name": "小米科技", "accept_duplicates": True}, headers=if_match(4)
        )
    assert [each.status_code for each in (region, same, renamed, back, insisted)] == [
        200,
        200,
        200,
        409,
        200,
    ]


async def test_two_changes_of_one_version_are_one(customer: ServiceUnderTest) -> None:
    """The second session has to read again."""
    async with customer.client("account_manager") as client:
        created = await enter(client, "两人同改")
        answers = await asyncio.gather(
            *(
                client.patch(
                    f"/v1/customers/{created['id']}", json={"note": str(n)}, headers=if_match(1)
                )
                for n in range(6)
            )
        )
    assert sorted(each.status_code for each in answers) == [200, *[412] * 5]


async def test_search_survives_whatever_is_typed(customer: ServiceUnderTest) -> None:
    """S02: signs find nothing, and nothing is a wildcard or an error."""
    async with customer.client("account_manager") as client:
        await enter(client, "上海%_测试")
        for query in ("%", "_", "\\", "'", '"', "--", ";", "{}", "★", " ", "' OR 1=1", "\u202e"):
            assert await found(client, q=query) in ([], ["上海%_测试"])
        assert await found(client, q="海%_测") == ["上海%_测试"]
        assert await found(client, q="ﷺ" * 100) == []
        for query in ("%00", "%ED%A0%80", "%FF"):
            answer = await client.get(f"/v1/customers?q={query}")
            assert answer.status_code in (200, 400)


async def test_customers_are_filtered(customer: ServiceUnderTest) -> None:
    """S02: by owner, place, class, and exactly by tax id, phone and external id."""
    async with customer.client("sales_manager", name="filter", branch="天津") as client:
        await enter(client, "滤一", region="西北", industry="钢铁", source="展会", level="A")
        await enter(
            client,
            "滤二",
            region="西北",
            level="B",
            tax_id="91110000802100433B",
            phone="13800138000",
            external_id="F-2",
        )
        owner = str(customer.people["filter"])
        assert await found(client, owner_id=owner) == ["滤二", "滤一"]
        assert await found(client, region="西北", sort="created") == ["滤一", "滤二"]
        assert await found(client, branch="天津", level="B") == ["滤二"]
        assert await found(client, industry="钢铁") == await found(client, source="展会", q="lv")
        assert await found(client, department="销售一部", q="lve") == ["滤二"]
        assert await found(client, tax_id="91110000802100433b") == ["滤二"]
        assert await found(client, phone="+86 138 0013 8000") == ["滤二"]
        assert await found(client, external_id="F-2") == ["滤二"]
        assert await found(client, owner_id=owner, status="formal") == []
        unknown = await client.get("/v1/customers", params={"sort": "phone"})
        assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/query/sort")


async def test_every_page_holds_and_none_repeats(customer: ServiceUnderTest) -> None:
    """Keyset pages by name, while others go on entering customers."""
    async with customer.client("account_manager", name="pages") as client:
        for number in range(7):
            await enter(client, f"页{number % 3}", accept_duplicates=True)
        params: dict[str, Any] = {"owner_id": str(customer.people["pages"]), "page_size": 3}
        seen: list[str] = []
        for sort in ("name", "number", "-created"):
            seen, token = [], None
            while not seen or token:
                page_params = params | {"sort": sort} | ({"page_token": token} if token else {})
                page = (await client.get("/v1/customers", params=page_params)).json()
                seen += [each["id"] for each in page["items"]]
                token = page["next_page_token"]
                if sort == "-created":
                    await enter(client, "页外", accept_duplicates=True)
            assert len(seen) == len(set(seen)) == 7


async def test_a_customer_is_lost_and_regained(customer: ServiceUnderTest) -> None:
    """S66: with the reason; a lost customer keeps its tax id for itself."""
    async with customer.client("account_manager", "sales_manager") as client:
        created = await enter(client, "失而复得", tax_id=HUAWEI)
        url = f"/v1/customers/{created['id']}"
        assert (await client.post(f"{url}/regain", headers=if_match(1))).status_code == 409
        confirmed = await client.post(f"{url}/confirm", headers=if_match(1))
        lost = await client.post(f"{url}/lose", json={"reason": "搬迁"}, headers=if_match(2))
        taken = await client.post("/v1/customers", json={"name": "冒名", "tax_id": HUAWEI})
        regained = await client.post(f"{url}/regain", headers=if_match(3))
    assert [each.json()["status"] for each in (confirmed, lost, regained)] == [
        "formal",
        "lost",
        "formal",
    ]
    assert taken.json()["code"] == "tax_id_taken"
    events = [
        each for each in await customer.published() if str(each["aggregate_id"]) == created["id"]
    ]
    assert [each["type"].split(".")[3] for each in events] == [
        "created",
        "confirmed",
        "lost",
        "regained",
    ]
    assert events[2]["data"]["reason"] == "搬迁"


async def test_only_management_confirms(customer: ServiceUnderTest) -> None:
    """S24."""
    async with customer.client("account_manager") as client:
        created = await enter(client, "待确认的客户")
        answer = await client.post(f"/v1/customers/{created['id']}/confirm", headers=if_match(1))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
