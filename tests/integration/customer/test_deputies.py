"""Deputies: appointed, revoked, overlapping, and who may say so."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.domain.clock import business_date, now
from tests.support.services import ServiceUnderTest

ANY = {"If-Match": "*"}
Json = dict[str, Any]


def day(offset: int) -> str:
    """A business day, so many days from today."""
    return str(business_date(now()) + timedelta(days=offset))


async def hired(
    service: ServiceUnderTest, login: str, role: str = "account_manager", **fields: Any
) -> str:
    """Somebody new."""
    async with service.client("administrator") as client:
        body = {"login": login, "name": login, "roles": [role]} | fields
        answer = await client.post("/v1/staff", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def two(service: ServiceUnderTest, name: str) -> Json:
    """A body by which the second of two new people stands in for the first, this week."""
    return {
        "principal_id": await hired(service, f"{name}.principal"),
        "deputy_id": await hired(service, f"{name}.deputy"),
        "starts_on": day(0),
        "ends_on": day(6),
    }


async def appoint(client: httpx.AsyncClient, body: Json, **fields: Any) -> httpx.Response:
    """The answer to an appointment."""
    return await client.post("/v1/deputies", json=body | fields)


async def test_a_deputy_is_appointed_and_told_without_the_reason(
    customer: ServiceUnderTest,
) -> None:
    """S18, S214: why somebody is away concerns nobody else."""
    body = await two(customer, "told") | {"reason": "年假"}
    async with customer.client("sales_manager", name="boss") as client:
        created = await appoint(client, body)
        read = await client.get(created.headers["location"])
    assert created.status_code == 201
    assert read.json() == created.json()
    assert (read.json()["reason"], read.json()["status"]) == ("年假", "appointed")
    assert read.json()["appointed_by"] == str(customer.people["boss"])
    (event,) = await customer.published("crm.customer.deputy.appointed.v1")
    assert event["data"] == {
        "deputyship_id": read.json()["id"],
        "status": "appointed",
        **{name: body[name] for name in body if name != "reason"},
    }


@pytest.mark.parametrize(
    ("first", "last", "status"),
    [(-3, 0, 409), (6, 9, 409), (2, 3, 409), (-2, 20, 409), (7, 9, 201), (-5, -1, 422)],
)
async def test_the_same_two_do_not_overlap(
    customer: ServiceUnderTest, first: int, last: int, status: int
) -> None:
    """S18: a day belongs to one appointment; what is over needs none."""
    body = await two(customer, f"overlap{first}.{last}")
    async with customer.client("administrator") as client:
        assert (await appoint(client, body)).status_code == 201
        answer = await appoint(client, body, starts_on=day(first), ends_on=day(last))
        assert answer.status_code == status, answer.text
        back = {"principal_id": body["deputy_id"], "deputy_id": body["principal_id"]}
        assert (await appoint(client, body, **back)).status_code == 201


async def test_of_two_appointments_at_once_one_counts(customer: ServiceUnderTest) -> None:
    """S18."""
    async with customer.client("administrator") as client:
        for number in range(5):
            body = await two(customer, f"race{number}")
            answers = await asyncio.gather(
                *(appoint(client, body, ends_on=day(offset)) for offset in (3, 4, 5))
            )
            assert sorted(each.status_code for each in answers) == [201, 409, 409]
            assert {each.json().get("code") for each in answers} == {None, "deputy_overlap"}


async def test_days_are_free_again_after_a_revocation(customer: ServiceUnderTest) -> None:
    """S18: it happens once, at the version that was seen."""
    body = await two(customer, "again")
    async with customer.client("administrator", name="revoker") as client:
        path = (await appoint(client, body)).headers["location"]
        assert (await client.post(f"{path}/revoke")).status_code == 428
        revoked = await client.post(f"{path}/revoke", headers={"If-Match": '"v1"'})
        again = await client.post(f"{path}/revoke", headers=ANY)
        assert (await appoint(client, body)).status_code == 201
    assert revoked.json()["status"] == "revoked"
    assert revoked.json()["revoked_by"] == str(customer.people["revoker"])
    assert (again.status_code, again.json()["code"]) == (409, "deputy_state")
    event = (await customer.published("crm.customer.deputy.revoked.v1"))[-1]
    assert (event["aggregate_version"], event["data"]["status"]) == (2, "revoked")


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"ends_on": day(-1), "starts_on": day(-2)}, "/ends_on", "in_the_past"),
        ({"starts_on": day(5), "ends_on": day(4)}, "/ends_on", "backwards"),
        ({"deputy_id": "0193e2f0-0000-7000-8000-000000000000"}, "/deputy_id", "unknown_staff"),
        (
            {"principal_id": "0193e2f0-0000-7000-8000-000000000000"},
            "/principal_id",
            "unknown_staff",
        ),
    ],
)
async def test_nobody_stands_in_like_this(
    customer: ServiceUnderTest, fields: Json, pointer: str, code: str
) -> None:
    """S18."""
    body = await two(customer, f"refused.{code}.{pointer[1:]}")
    async with customer.client("administrator") as client:
        answer = await appoint(client, body, **fields)
        same = await appoint(client, body, deputy_id=body["principal_id"])
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [
        (pointer, code)
    ]
    assert same.json()["errors"][0]["code"] == "same_person"


async def test_people_name_their_own_deputy_and_managers_any(customer: ServiceUnderTest) -> None:
    """S214: without a principal it is oneself."""
    body = await two(customer, "own")
    customer.people["李own"] = UUID(body["principal_id"])
    async with customer.client("account_manager", name="李own") as principal:
        del body["principal_id"]
        mine = await appoint(principal, body)
        assert mine.json()["principal_id"] == str(customer.people["李own"])
        other = await two(customer, "notown")
        refused = await appoint(principal, other)
        assert (refused.status_code, refused.json()["permission"]) == (403, "deputy.manage")
    async with customer.client("sales_manager") as manager:
        theirs = (await appoint(manager, other)).headers["location"]
    async with customer.client("account_manager", name="李own") as principal:
        assert (await principal.post(f"{theirs}/revoke", headers=ANY)).status_code == 403
        path = f"{mine.headers['location']}/revoke"
        assert (await principal.post(path, headers=ANY)).status_code == 200


async def test_deputies_are_listed_by_people_state_and_day(customer: ServiceUnderTest) -> None:
    """S18."""
    body = await two(customer, "listed")
    async with customer.client("administrator") as client:
        first = (await appoint(client, body)).json()
        later = (await appoint(client, body, starts_on=day(20), ends_on=day(30))).json()
        query = f"/v1/deputies?principal_id={body['principal_id']}"

        async def ids(more: str) -> list[str]:
            return [each["id"] for each in (await client.get(query + more)).json()["items"]]

        assert await ids("") == [first["id"], later["id"]]
        assert await ids("&sort=-starts_on") == [later["id"], first["id"]]
        assert await ids(f"&on={day(6)}") == [first["id"]]
        assert await ids(f"&on={day(7)}") == []
        assert await ids(f"&deputy_id={body['deputy_id']}&status=revoked") == []
        page = (await client.get(f"{query}&page_size=1")).json()
        rest = await client.get(f"{query}&page_size=1&page_token={page['next_page_token']}")
    assert [each["id"] for each in rest.json()["items"]] == [later["id"]]


async def test_who_leaves_stands_in_for_nobody(customer: ServiceUnderTest) -> None:
    """S04: nor is stood in for."""
    one, other = await two(customer, "leaver"), await two(customer, "stayer")
    async with customer.client("administrator") as client:
        forth = (await appoint(client, one)).json()
        back = await appoint(
            client, one, principal_id=other["principal_id"], deputy_id=one["principal_id"]
        )
        kept = (await appoint(client, other)).json()
        path = f"/v1/staff/{one['principal_id']}/leave"
        assert (await client.post(path, json={}, headers=ANY)).status_code == 200
        states = [
            (await client.get(f"/v1/deputies/{each['id']}")).json()["status"]
            for each in (forth, back.json(), kept)
        ]
        refused = await appoint(client, one, starts_on=day(10), ends_on=day(11))
    assert states == ["revoked", "revoked", "appointed"]
    assert refused.json()["errors"][0]["code"] == "unknown_staff"
