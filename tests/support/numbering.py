"""Builders for number ranges, in the service they are asked for."""

from __future__ import annotations

from typing import Any

import httpx

from shared.domain.clock import business_date, now
from tests.support.opportunity import succeeded
from tests.support.services import ServiceUnderTest

YEAR = f"{business_date(now()).year % 100:02d}"
Json = dict[str, Any]


def path_of(service: ServiceUnderTest, series: str) -> str:
    """Where the ranges of a kind of number are."""
    return f"/v1/number-ranges/{service.service.name}/{series}"


def span(first: int, last: int, branch: str = "") -> Json:
    """A range; of a branch, or what the others share."""
    return {"first": first, "last": last} | ({"branch": branch} if branch else {})


def beside(found: Json, *branches: Json) -> Json:
    """The ranges that were found, with others of some branches."""
    named = {each["branch"] for each in branches}
    kept = [each for each in found["branches"] if each["branch"] not in named]
    return {"branches": [*kept, *branches], "others": found["others"]}


async def in_force(service: ServiceUnderTest, series: str) -> Json:
    """The ranges in force."""
    async with service.client("executive") as client:
        return succeeded(await client.get(path_of(service, series)))


async def try_to_adopt(
    service: ServiceUnderTest,
    series: str,
    ranges: Json,
    *,
    role: str = "administrator",
    version: str = "*",
) -> httpx.Response:
    """An attempt to put other ranges in force."""
    async with service.client(role) as client:
        path = path_of(service, series)
        return await client.put(path, json=ranges, headers={"If-Match": version})


async def adopted(service: ServiceUnderTest, series: str, ranges: Json) -> Json:
    """The ranges that were put in force."""
    return succeeded(await try_to_adopt(service, series, ranges))
