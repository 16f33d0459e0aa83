"""Project registration: a number of the owner's branch, once, and never out of its range."""

from __future__ import annotations

import asyncio
import re
from decimal import Decimal
from uuid import UUID

import pytest

from services.opportunity.opportunities.model import Registration
from services.opportunity.opportunities.service import RegisterProject, register_project
from shared.domain.actor import Actor
from shared.domain.clock import business_date, now
from shared.domain.ids import new_id
from shared.numbering.numbers import NumberRangeExhausted, Range, Series
from tests.support.opportunity import (
    known_staff,
    open_opportunity,
    project,
    register,
    steps,
    succeeded,
)
from tests.support.services import ServiceUnderTest

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


async def test_a_range_that_is_used_up_refuses_and_is_never_left(
    opportunity: ServiceUnderTest,
) -> None:
    """S75: a refused registration takes no number, and the next branch's range is untouched."""
    series = Series("short", "FQ", 5, Range(40_001, 99_999), {"上海": Range(19_999, 19_999)})
    form = Registration(new_id(), "规格", Decimal(1), None, None, None)
    actor = Actor(new_id(), "测试员")

    async def number(opportunity_id: str) -> str | None:
        command = RegisterProject(UUID(opportunity_id), None, form, series)
        async with opportunity.db.transaction(actor) as uow:
            return (await register_project(uow, command)).number

    one, other = [await open_opportunity(opportunity) for _ in range(2)]
    assert await number(one["id"]) == f"FQ{YEAR}19999"
    for _ in range(2):
        with pytest.raises(NumberRangeExhausted, match="19999 to 19999 of 上海"):
            await number(other["id"])
    async with opportunity.client("account_manager") as client:
        read = succeeded(await client.get(f"/v1/opportunities/{other['id']}"))
    assert (read["number"], read["version"]) == (None, 1)
