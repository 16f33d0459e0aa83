"""Self-registration: open to everybody, answered by a sales manager."""

from __future__ import annotations

import asyncio

from services.customer.settings import CustomerSettings
from tests.conftest import Launch
from tests.support.registering import hired, stranger
from tests.support.services import ServiceUnderTest, token_keys

BAIDU = "91110000802100433B"
WISH = {"name": "北京百度网讯科技有限公司", "phone": "010-59928888", "tax_id": BAIDU}


async def test_a_registration_waits_for_the_sales_manager(launch: Launch) -> None:
    """S24: pending, then formal; what a stranger says is no claim on a tax id."""
    customer = await launch("customer")
    async with stranger(customer, "192.0.2.1") as client:
        early = await client.post("/v1/registrations", json=WISH)
    assert (early.status_code, early.json()["retryable"]) == (503, True)
    manager = await hired(customer, "manager", "sales_manager")
    async with stranger(customer, "192.0.2.1") as client:
        first = await client.post("/v1/registrations", json=WISH)
        second = await client.post("/v1/registrations", json=WISH | {"name": "百度"})
        assert first.json().keys() == {"id", "number", "name", "status"}
        assert (first.status_code, first.json()["status"]) == (202, "registered")
        assert (await client.get(f"/v1/customers/{first.json()['id']}")).status_code == 401
    async with customer.client("sales_manager") as sales:
        waiting = (await sales.get("/v1/customers?status=registered")).json()["items"]
        assert {each["id"] for each in waiting} == {first.json()["id"], second.json()["id"]}
        assert {each["owner_id"] for each in waiting} == {manager}
        url = f"/v1/customers/{first.json()['id']}"
        alike = (await sales.get(f"{url}/lookalikes")).json()["items"]
        assert [each["id"] for each in alike] == [second.json()["id"]]
        confirmed = await sales.post(f"{url}/confirm", headers={"If-Match": '"v1"'})
        assert confirmed.json()["status"] == "formal"
        url = f"/v1/customers/{second.json()['id']}"
        taken = await sales.post(f"{url}/confirm", headers={"If-Match": '"v1"'})
        assert (taken.status_code, taken.json()["code"]) == (409, "tax_id_taken")
        rejected = await sales.post(
            f"{url}/reject", json={"reason": "重复"}, headers={"If-Match": '"v1"'}
        )
        assert rejected.json()["status"] == "rejected"
    assert [event["type"] for event in await customer.published("crm.customer.customer.%")] == [
        "crm.customer.customer.registered.v1",
        "crm.customer.customer.registered.v1",
        "crm.customer.customer.confirmed.v1",
        "crm.customer.customer.rejected.v1",
    ]


async def test_a_registration_needs_a_way_to_answer(customer: ServiceUnderTest) -> None:
    """S24, and it sets nothing but the profile."""
    async with stranger(customer, "192.0.2.2") as client:
        for body in (
            {"name": "不留联系方式"},
            WISH | {"status": "formal"},
            WISH | {"owner_id": "00000000-0000-0000-0000-000000000001"},
        ):
            assert (await client.post("/v1/registrations", json=body)).status_code == 422


async def test_registrations_from_one_network_are_limited(launch: Launch) -> None:
    """Twenty an hour by default; others are not touched. The receiver can be set."""
    launched = await launch("customer")
    receiver = await hired(launched, "receiver", "account_manager")
    settings = CustomerSettings(
        database_url=launched.app.state.context.settings.database_url,
        registration_owner_id=receiver,
        registrations_per_hour=3,
    )
    launched.app = launched.service.create_app(settings, db=launched.db, keys=token_keys)
    async with stranger(launched, "192.0.2.3") as here, stranger(launched, "192.0.2.4") as there:
        answers = await asyncio.gather(
            *(here.post("/v1/registrations", json=WISH) for _ in range(6))
        )
        other = await there.post("/v1/registrations", json=WISH)
    assert sorted(each.status_code for each in answers) == [202, 202, 202, 429, 429, 429]
    assert other.status_code == 202
    refused = next(each for each in answers if each.status_code == 429)
    assert (refused.json()["code"], refused.headers["retry-after"]) == ("too_many_attempts", "3600")
    owners = {each["data"]["owner_id"] for each in await launched.published("%registered%")}
    assert owners == {receiver}
