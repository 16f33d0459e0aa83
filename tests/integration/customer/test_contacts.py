"""Contacts: the people of a customer."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from tests.support.services import ServiceUnderTest

LI_LEI = {
    "name": "李雷",
    "position": "采购总监",
    "department": "采购部",
    "phone": "139 1234 5678",
    "email": "li.lei@example.com",
    "wechat": "lilei88",
    "birthday": "1985-02-28",
    "roles": ["need", "authority", "need"],
    "note": "喜欢喝茶",
}


async def a_customer(client: httpx.AsyncClient, name: str) -> str:
    """The address of a new customer."""
    answer = await client.post("/v1/customers", json={"name": name, "accept_duplicates": True})
    return str(answer.headers["location"])


async def people(client: httpx.AsyncClient, url: str, **params: Any) -> list[dict[str, Any]]:
    """The contacts of a customer."""
    return list((await client.get(f"{url}/contacts", params=params)).json()["items"])


async def test_a_contact_is_entered_and_read_again(customer: ServiceUnderTest) -> None:
    """S02, S41: and no personal data is in the event."""
    async with customer.client("account_manager") as client:
        url = await a_customer(client, "联系人公司")
        created = await client.post(f"{url}/contacts", json=LI_LEI)
        read = await client.get(created.headers["location"])
    assert created.status_code == 201
    assert read.json() == created.json()
    kept = {name: created.json()[name] for name in LI_LEI}
    assert kept == LI_LEI | {"phone": "+8613912345678", "roles": ["authority", "need"]}
    event = (await customer.published("crm.customer.contact.changed.v1"))[-1]
    assert event["data"] == {
        "contact_id": created.json()["id"],
        "customer_id": url.rpartition("/")[2],
        "status": "active",
    }
    published = json.dumps(await customer.published(), default=str, ensure_ascii=False)
    assert not [
        word
        for word in ("李雷", "lilei88", "13912345678", "1985-02-28", "喝茶")
        if word in published
    ]


async def test_a_contact_belongs_to_its_customer(customer: ServiceUnderTest) -> None:
    """It is not found under another one, nor changed there."""
    async with customer.client("account_manager") as client:
        url, other = await a_customer(client, "甲"), await a_customer(client, "乙")
        contact = (await client.post(f"{url}/contacts", json=LI_LEI)).json()
        strange = f"{other}/contacts/{contact['id']}"
        assert (await client.get(strange)).status_code == 404
        changed = await client.patch(strange, json={"name": "x"}, headers={"If-Match": "*"})
        assert changed.status_code == 404
        assert await people(client, other) == []
        nowhere = f"/v1/customers/{contact['id']}/contacts"
        assert (await client.get(nowhere)).status_code == 404
        assert (await client.post(nowhere, json=LI_LEI)).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"roles": ["boss"]},
        {"birthday": "1985-02-30"},
        {"birthday": "0001-01-01"},
        {"phone": "x"},
        {"email": "x"},
        {"name": ""},
        {"customer_id": "01900000-0000-7000-8000-000000000000"},
        {"status": "inactive"},
    ],
)
async def test_bad_contacts_are_refused(customer: ServiceUnderTest, body: dict[str, Any]) -> None:
    """S15."""
    async with customer.client("account_manager") as client:
        url = await a_customer(client, "严格公司")
        assert (await client.post(f"{url}/contacts", json=LI_LEI | body)).status_code == 422
        assert await people(client, url) == []


async def test_there_is_one_primary_contact(customer: ServiceUnderTest) -> None:
    """S02: a new one takes the place of the old, which changes too."""
    async with customer.client("account_manager") as client:
        url = await a_customer(client, "主要联系人公司")
        first = (await client.post(f"{url}/contacts", json=LI_LEI | {"primary": True})).json()
        second = (await client.post(f"{url}/contacts", json={"name": "韩梅梅"})).json()
        made = await client.patch(
            f"{url}/contacts/{second['id']}", json={"primary": True}, headers={"If-Match": '"v1"'}
        )
        assert made.json()["primary"]
        assert [(each["name"], each["primary"]) for each in await people(client, url)] == [
            ("李雷", False),
            ("韩梅梅", True),
        ]
    changes = (await customer.published("crm.customer.contact.changed.v1"))[-4:]
    assert [(str(each["aggregate_id"]), each["aggregate_version"]) for each in changes] == [
        (first["id"], 1),
        (second["id"], 1),
        (first["id"], 2),
        (second["id"], 2),
    ]


async def test_many_become_primary_at_once_and_one_stays(customer: ServiceUnderTest) -> None:
    """Eight sessions; each succeeds, the last one counts."""
    async with customer.client("account_manager") as client:
        url = await a_customer(client, "竞争公司")
        answers = await asyncio.gather(
            *(
                client.post(f"{url}/contacts", json={"name": f"人{n}", "primary": True})
                for n in range(8)
            )
        )
        assert {each.status_code for each in answers} == {201}
        assert sum(each["primary"] for each in await people(client, url)) == 1


async def test_an_inactive_contact_is_not_the_primary_one(customer: ServiceUnderTest) -> None:
    """Who is not there any more is not turned to first."""
    async with customer.client("account_manager") as client:
        url = await a_customer(client, "离开公司")
        contact = (await client.post(f"{url}/contacts", json=LI_LEI | {"primary": True})).json()
        mine = f"{url}/contacts/{contact['id']}"
        gone = await client.patch(mine, json={"status": "inactive"}, headers={"If-Match": '"v1"'})
        assert (gone.json()["status"], gone.json()["primary"]) == ("inactive", False)
        refused = await client.patch(mine, json={"primary": True}, headers={"If-Match": '"v2"'})
        assert refused.json()["code"] == "inactive_primary"
        back = {"status": "active", "primary": True, "email": None}
        returned = await client.patch(mine, json=back, headers={"If-Match": '"v2"'})
        assert (returned.json()["primary"], returned.json()["email"]) == (True, None)
        assert await people(client, url, status="inactive") == []
