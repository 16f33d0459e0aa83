"""Ageing: open receivables by the days they are overdue, as of any day."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.events.order import InvoiceState
from tests.integration.analytics import reckoning
from tests.support.feeding import Feed
from tests.support.generated import World
from tests.support.services import ServiceUnderTest

BUCKETS = ["current", "days_1_30", "days_31_60", "days_61_90", "days_over_90"]


async def ageing(service: ServiceUnderTest, **query: Any) -> dict[str, Any]:
    async with service.client("finance") as client:
        response = await client.get("/v1/reports/ageing", params=query)
    assert response.status_code == 200, response.text
    return dict(response.json())


def bucket_of(invoice: InvoiceState, on: date) -> str:
    overdue = (on - (invoice.due_on or on)).days
    if overdue <= 0:
        return "current"
    return next(
        (name for name, last in zip(BUCKETS[1:4], (30, 60, 90), strict=True) if overdue <= last),
        "days_over_90",
    )


def reckoned(world: World, on: date) -> dict[tuple[str, str], dict[str, Decimal]]:
    """Buckets by customer and currency."""
    found: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(
        lambda: dict.fromkeys([*BUCKETS, "open"], Decimal(0))
    )
    for fact in reckoning.facts(world, "receivables", on):
        row = found[str(fact.document.customer_id), fact.currency]
        row[bucket_of(fact.document, on)] += fact.amount
        row["open"] += fact.amount
    return dict(found)


def amounts(row: dict[str, Any]) -> dict[str, Decimal]:
    return {name: Decimal(row[name]["amount"]) for name in [*BUCKETS, "open"]}


DAYS = [date(2025, 2, 1), date(2025, 8, 15), date(2026, 1, 31), date(2026, 5, 1), date(2027, 1, 1)]


@pytest.mark.parametrize("on", DAYS)
async def test_ageing_agrees_with_plain_python(
    fed: ServiceUnderTest, world: World, on: date
) -> None:
    """S163, invariant 24: by customer, and the buckets add up to what is open."""
    answer = await ageing(fed, on=on, by="customer", limit=1000)
    got = {(row["key"]["value"], row["open"]["currency"]): row for row in answer["rows"]}
    expected = reckoned(world, on)
    assert {key: amounts(row) for key, row in got.items()} == expected
    for total in answer["totals"]:
        figures = amounts(total)
        assert sum(figures[name] for name in BUCKETS) == figures["open"]
        of_currency = [row for key, row in expected.items() if key[1] == total["open"]["currency"]]
        assert figures["open"] == sum(row["open"] for row in of_currency)


async def test_every_bucket_is_met_by_the_generated_company(world: World) -> None:
    """Else the test above would show little."""
    sums = [row for on in DAYS for row in reckoned(world, on).values()]
    assert all(any(row[name] for row in sums) for name in BUCKETS)


async def test_what_is_open_now_is_what_is_open_at_the_end_of_today(
    fed: ServiceUnderTest,
) -> None:
    """Two ways to the same figures: the invoices say it, and their allocations."""
    now = await ageing(fed, by="customer", limit=1000)
    then = await ageing(fed, by="customer", limit=1000, on=now["on"])
    assert now["on"] > "2026-11-01"
    assert now == then
    assert now["rows"]


async def test_ageing_and_cube_tell_the_same_open_amount(fed: ServiceUnderTest) -> None:
    on = date(2026, 1, 31)
    totals = (await ageing(fed, on=on))["totals"]
    async with fed.client("finance") as client:
        cube = await client.get(
            "/v1/reports/cube", params={"measure": "receivables", "on": str(on)}
        )
    assert {each["open"]["currency"]: each["open"]["amount"] for each in totals} == {
        row["amount"]["currency"]: row["amount"]["amount"] for row in cube.json()["rows"]
    }


@pytest.mark.parametrize(
    ("overdue", "bucket"),
    [
        (-1, "current"),
        (0, "current"),
        (1, "days_1_30"),
        (30, "days_1_30"),
        (31, "days_31_60"),
        (60, "days_31_60"),
        (61, "days_61_90"),
        (90, "days_61_90"),
        (91, "days_over_90"),
    ],
)
async def test_the_buckets_begin_and_end_on_their_days(
    analytics: ServiceUnderTest, feed: Feed, overdue: int, bucket: str
) -> None:
    world = World(seed=1000 + overdue)
    invoice = world.invoice(
        world.delivery(world.order(world.customer()), date(2025, 5, 5)), date(2025, 5, 5)
    )
    await feed.send_by_topic(world.envelopes())
    assert invoice.due_on is not None
    on = invoice.due_on + timedelta(days=overdue)
    (row,) = (await ageing(analytics, on=on, customer=str(invoice.customer_id)))["totals"]
    assert amounts(row)[bucket] == amounts(row)["open"] == invoice.total.amount


async def test_a_payment_taken_back_is_open_again_from_that_day_on(
    analytics: ServiceUnderTest, feed: Feed
) -> None:
    """S161: the day is that of the business zone, though UTC says another."""
    world = World(seed=2000, currencies=["CNY"])
    issued, paid, back = date(2025, 5, 5), date(2025, 5, 20), date(2025, 6, 10)
    invoice = world.invoice(world.delivery(world.order(world.customer()), issued), issued)
    receipt = world.receipt(invoice, invoice.total, paid)
    allocation = world.allocation(receipt, invoice, invoice.total.amount, paid)
    # Half past midnight in Shanghai is still the day before in UTC.
    world.take_back(receipt, allocation, back, hour=0)
    await feed.send_by_topic(world.envelopes())
    open_on = {}
    for day in (issued, paid - timedelta(1), paid, back - timedelta(1), back):
        answer = await ageing(analytics, on=day, customer=str(invoice.customer_id))
        open_on[day] = [Decimal(row["open"]["amount"]) for row in answer["totals"]]
    whole = invoice.total.amount
    assert list(open_on.values()) == [[whole], [whole], [], [], [whole]]


async def test_ageing_has_no_products(fed: ServiceUnderTest, world: World) -> None:
    for query in ({"by": "product"}, {"product": str(world.products[0].product_id)}):
        async with fed.client("finance") as client:
            response = await client.get("/v1/reports/ageing", params=query)
        assert response.status_code == 422


async def test_only_ones_own_receivables_are_seen(fed: ServiceUnderTest, world: World) -> None:
    """S216."""
    person, on = world.staff[1].staff_id, date(2026, 1, 31)
    async with fed.client("account_manager", sub=str(person)) as client:
        answer = await client.get("/v1/reports/ageing", params={"on": on.isoformat()})
    expected: dict[str, Decimal] = defaultdict(Decimal)
    for fact in reckoning.facts(world, "receivables", on):
        if fact.document.owner_id == person:
            expected[fact.currency] += fact.amount
    assert {
        row["open"]["currency"]: Decimal(row["open"]["amount"]) for row in answer.json()["totals"]
    } == expected
