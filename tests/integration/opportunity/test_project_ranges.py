"""The ranges of project numbers: read, adopted, refused when they do not fit."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.support.numbering import YEAR, Json, adopted, beside, in_force, span, try_to_adopt
from tests.support.opportunity import known_staff, open_opportunity, register, succeeded
from tests.support.services import ServiceUnderTest


def body(*branches: Json, others: Json | None = None) -> Json:
    return {"branches": list(branches), "others": others or span(60_001, 99_999)}


async def number_in(service: ServiceUnderTest, branch: str) -> httpx.Response:
    """The registration of a project of somebody in a branch."""
    owner_id = str(await known_staff(service, f"业务员{branch}", branch=branch))
    return await register(service, await open_opportunity(service, owner_id=owner_id))


@pytest.fixture
async def shipped(opportunity: ServiceUnderTest) -> Json:
    """The ranges in force before a test."""
    return await in_force(opportunity, "project")


async def test_the_settings_count_until_others_are_adopted(opportunity: ServiceUnderTest) -> None:
    """S75: Shanghai from 00001, Tianjin from 20001."""
    found = await in_force(opportunity, "project")
    assert found["version"] == 1
    assert found["branches"] == [span(1, 19_999, "上海"), span(20_001, 39_999, "天津")]
    assert found["others"] == span(40_001, 99_999)


async def test_a_branch_gets_a_range_of_its_own_which_ends_where_it_ends(
    opportunity: ServiceUnderTest,
) -> None:
    """S75, S226: a range that is used up is named, and can be made longer."""
    ours = [span(1, 19_999, "上海"), span(20_001, 39_999, "天津")]
    await adopted(opportunity, "project", body(*ours, span(50_001, 50_001, "武汉")))
    assert succeeded(await number_in(opportunity, "武汉"))["number"] == f"FQ{YEAR}50001"
    refused = (await number_in(opportunity, "武汉")).json()
    assert (refused["status"], refused["code"]) == (409, "number_range_exhausted")
    assert refused["branch"] == "武汉"
    longer = body(*ours, span(50_001, 50_010, "武汉"))
    await adopted(opportunity, "project", longer)
    assert succeeded(await number_in(opportunity, "武汉"))["number"] == f"FQ{YEAR}50002"
    assert succeeded(await number_in(opportunity, "天津"))["number"] == f"FQ{YEAR}20001"


@pytest.mark.parametrize(
    ("ranges", "code"),
    [
        (body(span(1, 20_001, "上海"), span(20_001, 39_999, "天津")), "invalid_ranges"),
        (body(span(9, 1, "上海")), "invalid_ranges"),
        (body(span(1, 9, "上海"), span(20, 30, "上海")), "invalid"),
        (body(span(0, 9, "上海")), "invalid"),
        (body(span(1, 100_000, "上海")), "invalid_ranges"),
        (body(span(1, 60_001, "上海")), "invalid_ranges"),
    ],
)
async def test_ranges_that_do_not_fit_together_change_nothing(
    opportunity: ServiceUnderTest, shipped: Json, ranges: Json, code: str
) -> None:
    """S226: no two branches share a serial."""
    refused = await try_to_adopt(opportunity, "project", ranges)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert await in_force(opportunity, "project") == shipped


async def test_what_was_issued_stays_in_its_range(
    opportunity: ServiceUnderTest,
) -> None:
    """S75, S226: a range neither shrinks below what was issued, nor begins above it, nor goes."""
    found = await in_force(opportunity, "project")
    await adopted(opportunity, "project", beside(found, span(51_001, 51_009, "成都")))
    for _ in range(2):
        succeeded(await number_in(opportunity, "成都"))
    before = await in_force(opportunity, "project")
    for ranges in (
        beside(found, span(51_001, 51_001, "成都")),
        beside(found, span(51_002, 51_009, "成都")),
        found | {"version": 0},
        beside(found, span(51_001, 51_009, "兰州")),
    ):
        ranges.pop("version", None)
        refused = await try_to_adopt(opportunity, "project", ranges)
        assert (refused.status_code, refused.json()["code"]) == (409, "serials_issued"), ranges
    assert await in_force(opportunity, "project") == before


async def test_who_may_not_or_saw_another_version_is_refused(
    opportunity: ServiceUnderTest, shipped: Json
) -> None:
    """S214."""
    same = {"branches": shipped["branches"], "others": shipped["others"]}
    for role, version, status in (
        ("sales_manager", "*", 403),
        ("administrator", '"v99"', 412),
    ):
        refused = await try_to_adopt(opportunity, "project", same, role=role, version=version)
        assert refused.status_code == status
    assert await in_force(opportunity, "project") == shipped


async def test_numbers_that_are_taken_meanwhile_are_seen(opportunity: ServiceUnderTest) -> None:
    """S75: whoever comes second, no number lies outside of the range in force."""
    found = await in_force(opportunity, "project")
    wide, narrow = (beside(found, span(52_001, last, "青岛")) for last in (52_009, 52_001))
    await adopted(opportunity, "project", wide)
    tries = [number_in(opportunity, "青岛") for _ in range(4)]
    *_, answer = await asyncio.gather(*tries, try_to_adopt(opportunity, "project", narrow))
    ranges = (await in_force(opportunity, "project"))["branches"]
    held = next(each for each in ranges if each["branch"] == "青岛")
    async with opportunity.client("executive") as client:
        found = succeeded(await client.get("/v1/opportunities?branch=青岛&page_size=200"))["items"]
    serials = [int(each["number"][4:]) for each in found if each["number"]]
    assert serials
    assert all(held["first"] <= each <= held["last"] for each in serials)
    assert answer.status_code in (200, 409)
