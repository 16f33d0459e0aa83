"""Project registration: a number of the owner's branch, once, and never out of its range."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime

from services.opportunity.settings import OpportunitySettings
from shared.domain.actor import SYSTEM
from shared.domain.clock import business_date, now
from shared.numbering.numbers import next_number
from shared.numbering.ranges import Range, Series
from tests.support.opportunity import (
    known_contact,
    known_staff,
    open_opportunity,
    project,
    register,
    steps,
    succeeded,
)
from tests.support.services import ServiceUnderTest, token_keys

YEAR = f"{business_date(now()).year % 100:02d}"


async def _project_of(service: ServiceUnderTest, branch: str) -> str:
    owner_id = await known_staff(service, f"业务员{branch}", branch=branch)
    return str((await project(service, owner_id=str(owner_id)))["number"])


async def test_a_registered_project_has_a_number_and_its_form(
    opportunity: ServiceUnderTest,
) -> None:
    """S75, S77."""
    found = await open_opportunity(opportunity)
    registered = succeeded(await register(opportunity, found))
    assert re.fullmatch(f"FQ{YEAR}[0-9]{{5}}", registered["number"])
    assert registered["registration"]["specification"] == "126 kV 断路器"
    assert registered["registration"]["quantity"] == "12.0000"
    assert registered["registered_at"] is not None
    assert await steps(opportunity, found) == ["opened", "registered"]
    async with opportunity.client("account_manager") as client:
        read = succeeded(await client.get(f"/v1/opportunities/{found['id']}"))
        listed = succeeded(
            await client.get("/v1/opportunities", params={"number": registered["number"]})
        )
    assert read == registered
    assert [each["id"] for each in listed["items"]] == [found["id"]]


async def test_each_branch_numbers_in_its_own_range(opportunity: ServiceUnderTest) -> None:
    """S75, S226: Shanghai from 1, Tianjin from 20001, the others after them."""
    for branch, first, last in (
        ("上海", 1, 19_999),
        ("天津", 20_001, 39_999),
        ("成都", 40_001, 99_999),
    ):
        serials = [int((await _project_of(opportunity, branch))[4:]) for _ in range(2)]
        assert serials[1] == serials[0] + 1
        assert first <= serials[0] <= last


async def test_branches_without_a_range_share_one(opportunity: ServiceUnderTest) -> None:
    """S226."""
    one = await _project_of(opportunity, "成都")
    other = await _project_of(opportunity, "西安")
    assert int(other[4:]) == int(one[4:]) + 1


async def test_a_project_is_registered_once(opportunity: ServiceUnderTest) -> None:
    """S75: also when two people do it at the same moment."""
    found = await open_opportunity(opportunity)
    answers = await asyncio.gather(*(register(opportunity, found) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (refused,) = [answer.json() for answer in answers if answer.status_code == 409]
    assert refused["code"] == "already_registered"


async def test_the_contact_of_a_project_is_one_of_the_customers_people(
    opportunity: ServiceUnderTest,
) -> None:
    """S77: a number is taken only for a form that is complete."""
    found, elsewhere = [await open_opportunity(opportunity) for _ in range(2)]
    stranger = await known_contact(opportunity, elsewhere["customer_id"])
    form = {"contact_id": stranger, "specification": "规格", "quantity": "1"}
    async with opportunity.client("account_manager") as client:
        path = f"/v1/opportunities/{found['id']}"
        refused = await client.post(f"{path}/register", json=form)
        read = succeeded(await client.get(path))
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_contact")
    assert refused.json()["errors"][0]["pointer"] == "/contact_id"
    assert (read["number"], read["version"]) == (None, 1)


async def test_a_closed_opportunity_is_not_registered(opportunity: ServiceUnderTest) -> None:
    found = await open_opportunity(opportunity)
    async with opportunity.client("account_manager") as client:
        path = f"/v1/opportunities/{found['id']}/lose"
        succeeded(await client.post(path, json={"reason": "价格"}))
    refused = await register(opportunity, found)
    assert (refused.status_code, refused.json()["code"]) == (409, "opportunity_state")


async def test_registrations_at_once_get_numbers_without_gap_or_double(
    opportunity: ServiceUnderTest,
) -> None:
    """S75."""
    found = [await open_opportunity(opportunity) for _ in range(6)]
    answers = await asyncio.gather(*(register(opportunity, each) for each in found))
    serials = sorted(int(succeeded(answer)["number"][4:]) for answer in answers)
    assert serials == list(range(serials[0], serials[0] + 6))


async def test_numbers_start_again_with_the_year_of_the_business_zone(
    opportunity: ServiceUnderTest,
) -> None:
    """S75: the new year begins at midnight in Shanghai."""
    series = OpportunitySettings(database_url="postgresql://unused").project_series
    eve, new_year = (
        datetime(2030, 12, 31, 15, 59, tzinfo=UTC),
        datetime(2030, 12, 31, 16, tzinfo=UTC),
    )
    async with opportunity.db.transaction(SYSTEM) as uow:
        found = [
            await next_number(uow.conn, series, branch, at)
            for at in (eve, eve, new_year)
            for branch in ("上海", "天津")
        ]
    assert found == ["FQ3000001", "FQ3020001", "FQ3000002", "FQ3020002", "FQ3100001", "FQ3120001"]


async def test_a_range_that_is_moved_up_is_not_left_downwards(
    opportunity: ServiceUnderTest,
) -> None:
    """S75: ranges are settings, and may change within a year."""
    before, after = Series("moved", "FQ", 5, Range(1, 9)), Series("moved", "FQ", 5, Range(5, 9))
    async with opportunity.db.transaction(SYSTEM) as uow:
        found = [
            await next_number(uow.conn, series, None, uow.now)
            for series in (before, before, after, after)
        ]
    assert [int(number[4:]) for number in found] == [1, 2, 5, 6]


async def test_a_range_that_is_used_up_refuses_and_is_never_left(
    opportunity: ServiceUnderTest,
) -> None:
    """S75: a refused registration takes nothing, and the next branch's range is untouched."""
    shipped = OpportunitySettings(database_url="postgresql://unused")
    ranges = {**shipped.project_ranges, "西安": (40_000, 40_000)}
    narrow = shipped.model_copy(update={"project_ranges": ranges})
    app = opportunity.service.create_app(narrow, db=opportunity.db, keys=token_keys)
    service = replace(opportunity, app=app)
    owner_id = str(await known_staff(service, "业务员西安", branch="西安"))
    one, other = [await open_opportunity(service, owner_id=owner_id) for _ in range(2)]
    assert succeeded(await register(service, one))["number"] == f"FQ{YEAR}40000"
    for _ in range(2):
        refused = (await register(service, other)).json()
        assert (refused["status"], refused["code"]) == (409, "number_range_exhausted")
        assert (refused["branch"], "40000 to 40000" in refused["detail"]) == ("西安", True)
    async with service.client("executive") as client:
        read = succeeded(await client.get(f"/v1/opportunities/{other['id']}"))
    assert (read["number"], read["version"]) == (None, 1)
    assert int((await _project_of(service, "成都"))[4:]) > 40_000
