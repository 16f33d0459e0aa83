"""The funnel: what became of a cohort of opportunities, reckoned again from the events."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median
from typing import Any
from uuid import UUID

import pytest

from shared.events.opportunity import OpportunityLost, OpportunityState, OpportunityWon
from shared.events.payload import payload_class
from tests.support.feeding import Feed
from tests.support.generated import STAGES, World
from tests.support.services import ServiceUnderTest

#: When the company of the module was at work; other tests take later years.
PERIOD = {"from": "2025-01-01", "to": "2027-12-31"}


async def funnel(service: ServiceUnderTest, **query: Any) -> dict[str, Any]:
    async with service.client("general_manager") as client:
        response = await client.get("/v1/reports/funnel", params=query)
    assert response.status_code == 200, response.text
    return dict(response.json())


def histories(world: World) -> dict[UUID, list[tuple[datetime, str]]]:
    """When each opportunity came into each stage, or to its end."""
    found: dict[UUID, list[tuple[datetime, str]]] = defaultdict(list)
    for envelope in world.envelopes():
        if envelope.aggregate_type != "opportunity":
            continue
        data: Any = envelope.payload()
        if payload_class(envelope.type) in (OpportunityWon, OpportunityLost):
            found[data.opportunity_id].append((envelope.time, data.status))
        else:
            found[data.opportunity_id].append((data.stage_since, data.stage))
    return found


def cohort(world: World, first: date, last: date) -> list[OpportunityState]:
    return [
        each
        for each in world.newest(OpportunityState)
        if first <= world.business_day(each.opened_at) <= last
    ]


@pytest.mark.parametrize(
    ("first", "last"),
    [(date(2025, 1, 1), date(2027, 1, 1)), (date(2025, 4, 1), date(2025, 9, 30))],
)
async def test_conversion_and_time_per_stage(
    fed: ServiceUnderTest, world: World, first: date, last: date
) -> None:
    """S74."""
    members = cohort(world, first, last)
    ways = {each.opportunity_id: histories(world)[each.opportunity_id] for each in members}
    answer = await funnel(fed, **{"from": first, "to": last})
    assert answer["opportunities"] == len(members) > 5
    assert [stage["stage"] for stage in answer["stages"]] == list(STAGES)
    got_to = []
    for number, stage in enumerate(STAGES):
        beyond = set(STAGES[number:])
        got_to.append(
            sum(
                1
                for each in members
                if each.status == "won" or beyond & {name for _, name in ways[each.opportunity_id]}
            )
        )
        stays = [
            (after[0] - before[0]) / timedelta(days=1)
            for way in ways.values()
            for before, after in pairwise(way)
            if before[1] == stage
        ]
        found = answer["stages"][number]
        assert found["entered"] == sum(
            1 for way in ways.values() if stage in {name for _, name in way}
        )
        assert found["reached"] == got_to[number]
        assert found["ended"] == len(stays)
        assert float(found["average_days"]) == pytest.approx(sum(stays) / len(stays), abs=0.01)
        assert float(found["median_days"]) == pytest.approx(median(stays), abs=0.01)
    won = sum(1 for each in members if each.status == "won")
    for stage, reached, following in zip(answer["stages"], got_to, [*got_to[1:], won], strict=True):
        expected = (Decimal(following) / reached).quantize(Decimal("0.0001"))
        assert Decimal(stage["conversion"]) == expected


async def test_outcomes_and_amounts_by_currency(fed: ServiceUnderTest, world: World) -> None:
    """S73: by status in all, and by status within the last stage of each."""
    answer = await funnel(fed, **PERIOD)
    members = world.newest(OpportunityState)
    ended = [each for each in members if each.status != "open"]
    won = [each for each in members if each.status == "won"]
    rate = (Decimal(len(won)) / len(ended)).quantize(Decimal("0.0001"))
    assert Decimal(answer["win_rate"]) == rate
    assert groups(answer["outcomes"]) == reckoned(members)
    for stage in answer["stages"]:
        of_stage = [each for each in members if each.stage == stage["stage"]]
        assert groups(stage["standing"]) == reckoned(of_stage)


def groups(answer: dict[str, Any]) -> dict[str, tuple[int, dict[str, Decimal]]]:
    return {
        status: (
            group["opportunities"],
            {each["currency"]: Decimal(each["amount"]) for each in group["amounts"]},
        )
        for status, group in answer.items()
    }


def reckoned(members: list[OpportunityState]) -> dict[str, tuple[int, dict[str, Decimal]]]:
    found = {}
    for status in {each.status for each in members}:
        mine = [each for each in members if each.status == status]
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for each in mine:
            if each.expected_amount:
                sums[each.expected_amount.currency] += each.expected_amount.amount
        found[status] = (len(mine), dict(sums))
    return found


async def test_a_lost_deal_that_is_won_after_all_counts_as_won(
    analytics: ServiceUnderTest, feed: Feed
) -> None:
    """S73: and the time in its last stage ended when it was lost first."""
    world = World(seed=3000)
    buyer = world.customer()
    state = world.opened_opportunity(buyer, date(2031, 1, 6))
    lost = {"status": "lost", "reason": "价格"}
    world.emit(OpportunityLost, state | lost, world.moment(date(2031, 1, 16)))
    won = {"status": "won", "reason": "降价"}
    world.emit(OpportunityWon, state | won, world.moment(date(2031, 3, 1)))
    await feed.send_by_topic(world.envelopes())
    answer = await funnel(analytics, **{"from": "2031-01-01", "to": "2031-12-31"})
    assert list(answer["outcomes"]) == ["won"]
    assert answer["win_rate"] == "1.0000"
    (stage,) = answer["stages"]
    assert (stage["ended"], stage["average_days"]) == (1, "10.00")


async def test_an_opportunity_opened_after_midnight_belongs_to_the_day_of_the_business_zone(
    analytics: ServiceUnderTest, feed: Feed
) -> None:
    """Decision 11: half past midnight on 1 February in Shanghai is January in UTC."""
    world = World(seed=3001)
    at = world.moment(date(2032, 2, 1), 30, hour=0)
    assert at.date() == date(2032, 1, 31)
    world.opened_opportunity(world.customer(), date(2032, 2, 1), at)
    await feed.send_by_topic(world.envelopes())
    february = await funnel(analytics, **{"from": "2032-02-01", "to": "2032-02-29"})
    january = await funnel(analytics, **{"from": "2032-01-01", "to": "2032-01-31"})
    assert (january["opportunities"], february["opportunities"]) == (0, 1)
    assert january["win_rate"] is None


async def test_the_cohort_is_narrowed_by_owner_and_place(
    fed: ServiceUnderTest, world: World
) -> None:
    person = world.staff[0].staff_id
    mine = [each for each in world.newest(OpportunityState) if each.owner_id == person]
    assert (await funnel(fed, owner=str(person), **PERIOD))["opportunities"] == len(mine)
    nowhere = [each for each in world.newest(OpportunityState) if each.region is None]
    assert (await funnel(fed, region="", **PERIOD))["opportunities"] == len(nowhere)
    some = [each for each in world.newest(OpportunityState) if each.region in (None, "华东")]
    assert (await funnel(fed, region=["", "华东"], **PERIOD))["opportunities"] == len(some)
    async with fed.client("account_manager", sub=str(person)) as client:
        own = await client.get("/v1/reports/funnel", params=PERIOD)
    assert own.json()["opportunities"] == len(mine)
