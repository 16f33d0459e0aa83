"""Activities: logged once and for ever, corrected by new ones, asking for next contacts."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from shared.domain.clock import now
from shared.domain.ids import new_id
from tests.support.opportunity import (
    known_contact,
    known_customer,
    open_opportunity,
    succeeded,
    today,
)
from tests.support.services import ServiceUnderTest


async def _log(
    service: ServiceUnderTest,
    customer_id: object,
    role: str = "account_manager",
    *,
    name: str = "",
    **fields: Any,
) -> httpx.Response:
    body = {"customer_id": str(customer_id), "kind": "visit", "result": "advanced"} | fields
    async with service.client(role, name=name) as client:
        return await client.post("/v1/activities", json=body)


async def _due(service: ServiceUnderTest, customer_id: object, **params: str) -> list[str]:
    wanted = {"customer_id": str(customer_id), **params}
    async with service.client("account_manager") as client:
        found = succeeded(await client.get("/v1/next-contacts", params=wanted))
    return [each["due_on"] for each in found["items"]]


def _ago(**span: float) -> str:
    return (now() - timedelta(**span)).isoformat()


async def test_an_activity_tells_who_how_with_what_result_and_what_next(
    opportunity: ServiceUnderTest,
) -> None:
    """S03: method, time, result, contact person, details, next step."""
    found = await open_opportunity(opportunity)
    contact_id = await known_contact(opportunity, found["customer_id"])
    logged = succeeded(
        await _log(
            opportunity,
            found["customer_id"],
            opportunity_id=found["id"],
            contact_id=contact_id,
            kind="call",
            result="objected",
            details="嫌交货期长，愿意再谈",
            happened_at=_ago(hours=3),
            next_contact_on=str(today(5)),
        )
    )
    async with opportunity.client("account_manager") as client:
        read = succeeded(await client.get(f"/v1/activities/{logged['id']}"))
    assert read == logged
    assert (logged["contact_id"], logged["details"]) == (contact_id, "嫌交货期长，愿意再谈")
    (event,) = [
        each["data"]
        for each in await opportunity.published("crm.opportunity.activity.logged.v1")
        if each["data"]["activity_id"] == logged["id"]
    ]
    assert (event["kind"], event["result"]) == ("call", "objected")
    assert event["next_contact_on"] == str(today(5))
    assert "交货期" not in str(event)
    assert contact_id not in str(event)


async def test_an_activity_can_not_be_changed_even_by_the_service(
    opportunity: ServiceUnderTest,
) -> None:
    """S03: immutable history; but what was told of somebody is emptied when they are erased."""
    customer_id = await known_customer(opportunity)
    succeeded(await _log(opportunity, customer_id))
    for statement in ("UPDATE activity SET result = 'refused'", "DELETE FROM activity"):
        async with opportunity.db.reading() as conn:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await conn.exec_driver_sql(statement)


async def test_a_correction_is_a_new_activity_in_place_of_the_old(
    opportunity: ServiceUnderTest,
) -> None:
    """S03."""
    customer_id = await known_customer(opportunity)
    wrong = succeeded(await _log(opportunity, customer_id, next_contact_on=str(today(3))))
    right = succeeded(
        await _log(
            opportunity,
            customer_id,
            happened_at=wrong["happened_at"],
            corrects_id=wrong["id"],
            next_contact_on=str(today(9)),
        )
    )
    again = await _log(opportunity, customer_id, corrects_id=wrong["id"])
    foreign = await _log(opportunity, await known_customer(opportunity), corrects_id=right["id"])
    async with opportunity.client("account_manager") as client:
        listed = succeeded(
            await client.get("/v1/activities", params={"customer_id": str(customer_id)})
        )
    corrected = {each["id"]: each["corrected"] for each in listed["items"]}
    assert corrected == {right["id"]: False, wrong["id"]: True}
    assert await _due(opportunity, customer_id) == [str(today(9))]
    assert (again.status_code, again.json()["code"]) == (409, "already_corrected")
    assert (foreign.status_code, foreign.json()["code"]) == (422, "invalid_activity")


async def test_the_latest_activity_says_when_the_next_contact_is_due(
    opportunity: ServiceUnderTest,
) -> None:
    """S03: one logged late does not count over one that happened after it."""
    customer_id = await known_customer(opportunity)
    await _log(opportunity, customer_id, happened_at=_ago(days=2), next_contact_on=str(today(1)))
    assert await _due(opportunity, customer_id) == [str(today(1))]
    await _log(opportunity, customer_id, happened_at=_ago(days=1), next_contact_on=str(today(4)))
    await _log(opportunity, customer_id, happened_at=_ago(days=3), next_contact_on=str(today(2)))
    assert await _due(opportunity, customer_id) == [str(today(4))]
    assert await _due(opportunity, customer_id, until=str(today(3))) == []
    await _log(opportunity, customer_id)
    assert await _due(opportunity, customer_id) == []


async def test_contacts_about_different_opportunities_are_due_apart(
    opportunity: ServiceUnderTest,
) -> None:
    customer_id = await known_customer(opportunity)
    one = await open_opportunity(opportunity, customer_id=customer_id)
    other = await open_opportunity(opportunity, customer_id=customer_id)
    for place, day in ((one["id"], 1), (other["id"], 2), (None, 3)):
        await _log(opportunity, customer_id, opportunity_id=place, next_contact_on=str(today(day)))
    assert await _due(opportunity, customer_id) == [str(today(day)) for day in (1, 2, 3)]


async def test_of_two_activities_logged_at_once_the_later_one_decides(
    opportunity: ServiceUnderTest,
) -> None:
    customer_id = await known_customer(opportunity)
    for _ in range(5):
        earlier = _log(
            opportunity, customer_id, happened_at=_ago(minutes=2), next_contact_on=str(today(1))
        )
        later = _log(
            opportunity, customer_id, happened_at=_ago(minutes=1), next_contact_on=str(today(2))
        )
        for answer in await asyncio.gather(later, earlier):
            succeeded(answer)
        assert await _due(opportunity, customer_id) == [str(today(2))]


async def test_activities_are_listed_by_customer_person_and_opportunity(
    opportunity: ServiceUnderTest,
) -> None:
    """S03."""
    found = await open_opportunity(opportunity)
    customer_id = found["customer_id"]
    contact_id = await known_contact(opportunity, customer_id)
    first = succeeded(
        await _log(opportunity, customer_id, happened_at=_ago(days=2), contact_id=contact_id)
    )
    second = succeeded(
        await _log(opportunity, customer_id, happened_at=_ago(days=1), opportunity_id=found["id"])
    )
    third = succeeded(
        await _log(opportunity, customer_id, "sales_manager", name="同事", kind="message")
    )
    async with opportunity.client("sales_manager") as client:

        async def listed(**params: Any) -> list[str]:
            answer = await client.get("/v1/activities", params=params)
            return [each["id"] for each in succeeded(answer)["items"]]

        mine = first["owner_id"]
        assert await listed(customer_id=customer_id) == [third["id"], second["id"], first["id"]]
        assert await listed(customer_id=customer_id, owner_id=mine) == [second["id"], first["id"]]
        assert await listed(opportunity_id=found["id"]) == [second["id"]]
        assert await listed(contact_id=contact_id) == [first["id"]]
        assert await listed(customer_id=customer_id, kind="message") == [third["id"]]
        assert await listed(customer_id=customer_id, sort="happened", page_size=1) == [first["id"]]


async def test_an_activity_that_contradicts_itself_is_refused(
    opportunity: ServiceUnderTest,
) -> None:
    customer_id = await known_customer(opportunity)
    elsewhere = await open_opportunity(opportunity)
    for fields, pointer in (
        ({"happened_at": _ago(hours=-1)}, "/happened_at"),
        ({"next_contact_on": str(today(-1))}, "/next_contact_on"),
        ({"opportunity_id": elsewhere["id"]}, "/opportunity_id"),
    ):
        refused = await _log(opportunity, customer_id, **fields)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid_activity")
        assert refused.json()["errors"][0]["pointer"] == pointer
    strangers = [
        str(new_id()),
        await known_contact(opportunity, elsewhere["customer_id"]),
        await known_contact(opportunity, customer_id, status="inactive"),
    ]
    for contact_id in strangers:
        refused = await _log(opportunity, customer_id, contact_id=contact_id)
        assert (refused.status_code, refused.json()["code"]) == (422, "unknown_contact")
    unknown = await _log(opportunity, new_id())
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_customer")
