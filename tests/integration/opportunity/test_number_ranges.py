"""Quotes and price lists take their numbers from the ranges of their branches, as projects do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest

from tests.support.numbering import (
    YEAR,
    Json,
    beside,
    in_force,
    path_of,
    span,
    try_to_adopt,
)
from tests.support.opportunity import (
    known_staff,
    line,
    money,
    on_quote,
    price,
    product,
    project,
    succeeded,
    today,
)
from tests.support.services import ServiceUnderTest

Make = Callable[[ServiceUnderTest, str], Awaitable[httpx.Response]]


async def quote(service: ServiceUnderTest, branch: str) -> httpx.Response:
    """A quote for a project of somebody in a branch, drafted by the general manager elsewhere."""
    owner_id = str(await known_staff(service, f"业务员{branch}", branch=branch))
    made = await project(service, owner_id=owner_id)
    lines = [line(await product(service), unit_price=money("100.00"))]
    body = {"opportunity_id": made["id"], "lines": lines}
    async with service.client("general_manager", branch="上海") as client:
        return await client.post("/v1/quotes", json=body)


async def price_list(service: ServiceUnderTest, branch: str) -> httpx.Response:
    """A price list that somebody in a branch drafts."""
    made = await product(service)
    body = {"effective_on": str(today()), "prices": [price(made, "10.00")]}
    async with service.client("finance", branch=branch) as client:
        return await client.post("/v1/price-lists", json=body)


#: Each kind, how its numbers begin, and how many digits the serial has.
KINDS: dict[str, tuple[Make, str, int]] = {
    "quote": (quote, "QT", 6),
    "price_list": (price_list, "PL", 4),
}
each_kind = pytest.mark.parametrize("kind", KINDS)


async def give(service: ServiceUnderTest, kind: str, *branches: Json) -> httpx.Response:
    """Give branches a range beside those there are; what the others share lies below all."""
    found = beside(await in_force(service, kind), *branches)
    return await try_to_adopt(service, kind, found | {"others": span(1, 5_999)})


def number(kind: str, serial: int) -> str:
    """A number of this year."""
    _, prefix, digits = KINDS[kind]
    return f"{prefix}{YEAR}{serial:0{digits}d}"


async def number_of(service: ServiceUnderTest, kind: str, branch: str) -> str:
    """The number of a new document of a branch."""
    return str(succeeded(await KINDS[kind][0](service, branch))["number"])


@each_kind
async def test_a_branch_has_its_own_numbers_and_never_leaves_its_range(
    opportunity: ServiceUnderTest, kind: str
) -> None:
    """S226: two branches side by side; a range that is used up is named and refuses."""
    ranges = span(6_001, 6_001, "西安"), span(6_002, 6_009, "兰州")
    succeeded(await give(opportunity, kind, *ranges))
    shared = await number_of(opportunity, kind, "上海")
    assert await number_of(opportunity, kind, "西安") == number(kind, 6_001)
    refused = (await KINDS[kind][0](opportunity, "西安")).json()
    assert (refused["status"], refused["code"]) == (409, "number_range_exhausted")
    assert (refused["branch"], refused["series"]) == ("西安", kind)
    assert await number_of(opportunity, kind, "兰州") == number(kind, 6_002)
    assert shared < number(kind, 6_000)


@each_kind
async def test_what_was_issued_stays_in_its_range(opportunity: ServiceUnderTest, kind: str) -> None:
    """S226: a range neither shrinks below what was issued, nor begins above it, nor goes."""
    without = await in_force(opportunity, kind)
    succeeded(await give(opportunity, kind, span(7_001, 7_009, "成都")))
    for _ in range(2):
        await number_of(opportunity, kind, "成都")
    before = await in_force(opportunity, kind)
    for smaller in (span(7_001, 7_001, "成都"), span(7_002, 7_009, "成都")):
        refused = await give(opportunity, kind, smaller)
        assert (refused.status_code, refused.json()["code"]) == (409, "serials_issued")
    gone = await try_to_adopt(opportunity, kind, beside(without) | {"others": span(1, 5_999)})
    assert (gone.status_code, gone.json()["branch"]) == (409, "成都")
    assert await in_force(opportunity, kind) == before


@each_kind
async def test_ranges_that_overlap_or_leave_the_digits_change_nothing(
    opportunity: ServiceUnderTest, kind: str
) -> None:
    """S226."""
    before = await in_force(opportunity, kind)
    for first, last in ((5_000, 6_000), (8_001, 10 ** KINDS[kind][2]), (9_000, 8_900)):
        refused = await give(opportunity, kind, span(first, last, "武汉"))
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid_ranges")
    assert await in_force(opportunity, kind) == before


@each_kind
async def test_documents_at_once_get_numbers_without_gap_or_double(
    opportunity: ServiceUnderTest, kind: str
) -> None:
    """S226."""
    succeeded(await give(opportunity, kind, span(8_001, 8_099, "青岛")))
    await number_of(opportunity, kind, "青岛")
    taken = await asyncio.gather(*(number_of(opportunity, kind, "青岛") for _ in range(5)))
    assert sorted(taken) == [number(kind, 8_002 + place) for place in range(5)]


async def test_a_revision_keeps_the_number_and_a_copy_takes_one_of_its_project(
    opportunity: ServiceUnderTest,
) -> None:
    """S101, S226."""
    succeeded(await give(opportunity, "quote", span(9_001, 9_009, "昆明")))
    drafted = succeeded(await quote(opportunity, "昆明"))
    copied = await on_quote(
        opportunity, drafted, "copy", "general_manager", opportunity_id=drafted["opportunity_id"]
    )
    assert succeeded(copied)["number"] == number("quote", 9_002)
    submitted = succeeded(await on_quote(opportunity, drafted, "submit", "general_manager"))
    revised = succeeded(
        await on_quote(opportunity, submitted, "revise", "general_manager", payment_days=7)
    )
    assert (revised["number"], revised["revision"]) == (drafted["number"], 2)
    assert await number_of(opportunity, "quote", "昆明") == number("quote", 9_003)


@pytest.mark.parametrize("series", ["invoice", "customer", "opportunity", "Quote"])
async def test_what_is_not_numbered_here_is_not_found(
    opportunity: ServiceUnderTest, series: str
) -> None:
    """S226: nor what is numbered elsewhere."""
    async with opportunity.client("administrator") as client:
        read_it = await client.get(path_of(opportunity, series))
    body = {"branches": [], "others": span(1, 9)}
    adopt_it = await try_to_adopt(opportunity, series, body)
    for answer in (read_it, adopt_it):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@each_kind
async def test_only_the_heads_and_the_administrator_set_ranges(
    opportunity: ServiceUnderTest, kind: str
) -> None:
    """S214, S226."""
    before = await in_force(opportunity, kind)
    for role in ("sales_manager", "finance", "account_manager"):
        refused = await try_to_adopt(opportunity, kind, beside(before), role=role)
        assert refused.status_code == 403
    stale = await try_to_adopt(opportunity, kind, beside(before), version='"v9999"')
    assert stale.status_code == 412
    assert await in_force(opportunity, kind) == before


async def test_each_version_is_told_from_the_one_that_ships_on(
    opportunity: ServiceUnderTest,
) -> None:
    """S75, S226: the event of projects has the ranges of the settings first."""
    found = await in_force(opportunity, "project")
    shipped = {name: found[name] for name in ("branches", "others")}
    other = beside(found, span(39_999, 39_999, "天津2"))
    other["branches"][1] = span(20_001, 39_998, "天津")
    succeeded(await try_to_adopt(opportunity, "project", other, role="general_manager"))
    told = [
        each
        for each in await opportunity.published("crm.opportunity.number_ranges.adopted.v1")
        if each["data"]["series"] == "project"
    ]
    assert [each["aggregate_version"] for each in told] == [1, 2]
    assert {name: told[0]["data"][name] for name in shipped} == shipped
    assert told[1]["data"]["branches"] == other["branches"]
