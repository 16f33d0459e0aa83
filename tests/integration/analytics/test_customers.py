"""Reports about the customers: contribution, composition, and who buys no more."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from shared.events.customer import CustomerChanged, CustomerLost, CustomerState
from shared.events.order import InvoiceState, OrderState
from tests.integration.analytics import reckoning
from tests.support.feeding import Feed
from tests.support.generated import World
from tests.support.services import ServiceUnderTest


async def get(service: ServiceUnderTest, path: str, **query: Any) -> dict[str, Any]:
    async with service.client("general_manager") as client:
        response = await client.get(f"/v1/reports/{path}", params=query)
    assert response.status_code == 200, response.text
    return dict(response.json())


def band_of(amount: Decimal, bounds: list[Decimal]) -> int:
    return sum(1 for bound in bounds if amount >= bound)


@pytest.mark.parametrize(
    "bounds", [["1000", "10000", "100000", "1000000"], ["0.01"], ["5000", "20000.50"]]
)
async def test_customers_by_what_they_bought(
    fed: ServiceUnderTest, world: World, bounds: list[str]
) -> None:
    """S07: number and share per band, by currency, adding up to 100 %."""
    answer = await get(fed, "contribution", bound=bounds)
    limits = [Decimal(bound) for bound in bounds]
    for currency in ("CNY", "USD"):
        amounts = [
            cell[0]
            for key, cell in reckoning.cube(world, "sales", ["customer"]).items()
            if key[-1] == currency
        ]
        expected: dict[int, list[Decimal]] = defaultdict(list)
        for amount in amounts:
            expected[band_of(amount, limits)].append(amount)
        bands = [band for band in answer["bands"] if band["currency"] == currency]
        assert len(bands) == len(limits) + 1
        for number, band in zip(range(len(limits), -1, -1), bands, strict=True):
            lower = band["lower"] and Decimal(band["lower"]["amount"])
            assert lower == (limits[number - 1] if number else None)
            assert band["customers"] == len(expected[number])
            assert Decimal(band["amount"]["amount"]) == sum(expected[number], Decimal(0))
            exact = Decimal(len(expected[number])) / len(amounts)
            assert abs(Decimal(band["customer_share"]) - exact) < Decimal("0.0001")
        assert sum(Decimal(band["customer_share"]) for band in bands) == 1
        assert sum(Decimal(band["amount_share"]) for band in bands) == 1
        assert bands[-1]["accumulated_customer_share"] == "1.0000"
        assert bands[-1]["accumulated_amount_share"] == "1.0000"


async def test_the_usual_bands_are_powers_of_ten_around_the_customers(
    fed: ServiceUnderTest, world: World
) -> None:
    """S07."""
    answer = await get(fed, "contribution", currency="CNY")
    cells = reckoning.cube(world, "sales", ["customer"], keep=lambda f: f.currency == "CNY")
    amounts = [cell[0] for cell in cells.values()]
    bands = answer["bands"]
    assert (
        Decimal(bands[0]["lower"]["amount"]) <= max(amounts) < Decimal(bands[0]["upper"]["amount"])
    )
    assert Decimal(bands[-1]["lower"]["amount"]) <= min(amounts)
    assert min(amounts) < Decimal(bands[-1]["upper"]["amount"])
    for higher, lower in pairwise(bands):
        assert higher["lower"] == lower["upper"]
        assert Decimal(lower["upper"]["amount"]) == 10 * Decimal(lower["lower"]["amount"])
    assert sum(band["customers"] for band in bands) == len(amounts)
    assert sum(Decimal(band["customer_share"]) for band in bands) == 1


async def test_contribution_of_a_period_and_a_region(fed: ServiceUnderTest, world: World) -> None:
    """S07."""
    first, last = date(2025, 4, 1), date(2025, 12, 31)
    answer = await get(
        fed, "contribution", region="华东", currency="CNY", **{"from": first, "to": last}
    )
    cells = reckoning.cube(
        world,
        "sales",
        ["customer"],
        keep=lambda fact: (
            first <= fact.day <= last and fact.document.region == "华东" and fact.currency == "CNY"
        ),
    )
    assert sum(band["customers"] for band in answer["bands"]) == len(cells) > 0


@pytest.mark.parametrize("by", ["industry", "region", "level", "source", "status", "owner"])
async def test_composition_of_the_customers(fed: ServiceUnderTest, world: World, by: str) -> None:
    """S05."""
    column = {"owner": "owner_id"}.get(by, by)
    counts = Counter(
        None if getattr(each, column) is None else str(getattr(each, column))
        for each in world.newest(CustomerState)
    )
    answer = await get(fed, "composition", by=by)
    assert {row["key"]["value"]: row["customers"] for row in answer["rows"]} == counts
    assert answer["customers"] == sum(counts.values())
    assert sum(Decimal(row["share"]) for row in answer["rows"]) == 1
    found = [row["customers"] for row in answer["rows"]]
    assert found == sorted(found, reverse=True)


async def test_a_cut_composition_keeps_the_shares_of_the_whole(
    fed: ServiceUnderTest, world: World
) -> None:
    cut = await get(fed, "composition", by="owner", limit=1)
    assert cut["truncated"]
    (row,) = cut["rows"]
    exact = Decimal(row["customers"]) / len(world.newest(CustomerState))
    assert abs(Decimal(row["share"]) - exact) < Decimal("0.0001")


async def test_composition_of_some_states(fed: ServiceUnderTest) -> None:
    assert (await get(fed, "composition", by="region", status="lost"))["rows"] == []
    assert (await get(fed, "composition", by="region", status=["lost", "formal"]))["rows"]


def last_trades(world: World, on: date) -> dict[Any, date]:
    found: dict[Any, date] = {}
    trades = [
        (each.customer_id, each.ordered_on)
        for each in world.newest(OrderState)
        if each.status == "approved"
    ] + [
        (each.customer_id, each.issued_on)
        for each in world.newest(InvoiceState)
        if each.issued_on and each.status != "voided"
    ]
    for customer_id, day in trades:
        if day <= on:
            found[customer_id] = max(found.get(customer_id, day), day)
    return found


def months_before(on: date, months: int) -> date:
    count = on.year * 12 + on.month - 1 - months
    return on.replace(year=count // 12, month=count % 12 + 1)


@pytest.mark.parametrize(("on", "months"), [(date(2026, 6, 15), 6), (date(2026, 3, 1), 2)])
async def test_who_buys_no_more(fed: ServiceUnderTest, world: World, on: date, months: int) -> None:
    """S66: the longest quiet first, page by page."""
    since = {
        str(customer_id): day
        for customer_id, day in last_trades(world, on).items()
        if day <= months_before(on, months)
    }
    found: list[tuple[str, date]] = []
    query: dict[str, Any] = {"on": on.isoformat(), "months": months, "page_size": 2}
    async with fed.client("general_manager") as client:
        while True:
            response = await client.get("/v1/reports/inactive-customers", params=query)
            answer = response.json()
            found += [
                (each["id"], date.fromisoformat(each["last_trade_on"])) for each in answer["items"]
            ]
            assert answer["as_of"]["positions"]
            if not answer["next_page_token"]:
                break
            assert 'rel="next"' in response.headers["link"]
            query["page_token"] = answer["next_page_token"]
    assert dict(found) == since
    assert len(found) == len(since) > 2
    assert [day for _, day in found] == sorted(day for _, day in found)


async def test_half_a_year_to_the_day_is_long_enough(
    analytics: ServiceUnderTest, feed: Feed
) -> None:
    """S66: the default of six months."""
    world = World(seed=4000)
    buyer = world.customer()
    placed = world.order(buyer, on=date(2030, 5, 21))
    await feed.send_by_topic(world.envelopes())
    for on, there in ((date(2030, 11, 20), False), (date(2030, 11, 21), True)):
        answer = await get(
            analytics, "inactive-customers", on=on, owner=str(buyer.owner_id), months=6
        )
        assert (str(placed.customer_id) in {each["id"] for each in answer["items"]}) is there


async def test_who_never_bought_is_asked_for_separately(
    analytics: ServiceUnderTest, feed: Feed
) -> None:
    world = World(seed=4001)
    never = world.customer()
    await feed.send_by_topic(world.envelopes())
    query = {"on": "2035-01-01", "owner": str(never.owner_id)}
    assert (await get(analytics, "inactive-customers", **query))["items"] == []
    (found,) = (await get(analytics, "inactive-customers", traded="false", **query))["items"]
    assert found["id"] == str(never.customer_id)
    assert found["last_trade_on"] is None
    assert found["quiet_since"] == world.business_day(never.created_at).isoformat()


async def test_who_is_given_up_is_not_waited_for(analytics: ServiceUnderTest, feed: Feed) -> None:
    """S66: and who bought without ever being made formal is."""
    world = World(seed=4002)
    lost, imported = world.customer(), world.customer()
    for buyer, kind, state in (
        (lost, CustomerLost, {"status": "lost", "reason": "改行"}),
        (imported, CustomerChanged, {"status": "prospect"}),
    ):
        world.order(buyer, on=date(2030, 1, 1))
        world.emit(kind, buyer.model_dump() | state, world.moment(date(2030, 1, 2)))
    await feed.send_by_topic(world.envelopes())
    found = {}
    for buyer in (lost, imported):
        query = {"on": "2031-01-01", "owner": str(buyer.owner_id)}
        answer = await get(analytics, "inactive-customers", **query)
        found[buyer.customer_id] = [each["id"] for each in answer["items"]]
    assert str(lost.customer_id) not in found[lost.customer_id]
    assert str(imported.customer_id) in found[imported.customer_id]


async def test_only_ones_own_customers_are_counted(fed: ServiceUnderTest, world: World) -> None:
    """S216."""
    person = world.staff[2].staff_id
    mine = [each for each in world.newest(CustomerState) if each.owner_id == person]
    others = str(world.staff[3].staff_id)
    async with fed.client("account_manager", sub=str(person)) as client:
        counted = await client.get("/v1/reports/composition", params={"by": "owner"})
        asked = {"on": "2029-01-01", "page_size": "200"}
        quiet = await client.get("/v1/reports/inactive-customers", params=asked)
        asked["owner"] = others
        hidden = await client.get("/v1/reports/inactive-customers", params=asked)
    assert counted.json()["customers"] == len(mine)
    assert {each["owner_id"] for each in quiet.json()["items"]} == {str(person)}
    assert hidden.json()["items"] == []


@pytest.mark.parametrize(
    ("path", "query", "pointer"),
    [
        ("contribution", {"bound": "x"}, "/query/bound/0"),
        ("contribution", {"from": "2026-02-01", "to": "2026-01-31"}, "/query/to"),
        ("composition", {"by": "colour"}, "/query/by"),
        ("composition", {}, "/query/by"),
        ("inactive-customers", {"months": 0}, "/query/months"),
        ("inactive-customers", {"sort": "colour"}, "/query/sort"),
        ("inactive-customers", {"page_token": "x"}, "/query/page_token"),
        ("inactive-customers", {"page_size": 0}, "/query/page_size"),
        ("funnel", {"from": "2026-02-01", "to": "2026-01-31"}, "/query/to"),
        ("staff", {"from": "2026-02-01", "to": "2026-01-31"}, "/query/to"),
        ("ageing", {"by": "customer,owner"}, "/query/by"),
    ],
)
async def test_questions_that_make_no_sense_are_refused(
    analytics: ServiceUnderTest, path: str, query: dict[str, Any], pointer: str
) -> None:
    async with analytics.client("general_manager") as client:
        response = await client.get(f"/v1/reports/{path}", params=query)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
