"""The cube: every cell equals what plain Python reckons from the documents."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.analytics import reckoning
from tests.support.generated import World
from tests.support.services import ServiceUnderTest

PARTIES = ["customer", "owner", "department", "branch", "region", "industry", "level", "source"]
PERIODS = ["year", "quarter", "month", "day"]
PRODUCTS = ["product", "product_line"]
MEASURES = ["sales", "orders", "deliveries", "receipts", "receivables", "contracts"]


async def ask(service: ServiceUnderTest, **query: Any) -> dict[str, Any]:
    async with service.client("general_manager") as client:
        response = await client.get("/v1/reports/cube", params={"limit": 10_000, **query})
    assert response.status_code == 200, response.text
    return dict(response.json())


def cells(answer: dict[str, Any]) -> dict[tuple[str | None, ...], reckoning.Cell]:
    found = {}
    for row in answer["rows"]:
        key = (*(row["key"][name]["value"] for name in answer["by"]), row["amount"]["currency"])
        quantity = None if row["quantity"] is None else Decimal(row["quantity"])
        found[key] = (Decimal(row["amount"]["amount"]), quantity, row["facts"])
    assert len(found) == len(answer["rows"])
    return found


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("dimension", [*PARTIES, *PERIODS, *PRODUCTS])
async def test_a_measure_by_one_dimension(
    fed: ServiceUnderTest, world: World, measure: str, dimension: str
) -> None:
    """S188, S189."""
    if dimension in PRODUCTS and measure in ("receipts", "receivables"):
        async with fed.client("general_manager") as client:
            query = {"measure": measure, "by": dimension}
            refused = await client.get("/v1/reports/cube", params=query)
        assert refused.json()["errors"][0]["pointer"] == "/query/by"
        return
    expected = reckoning.cube(world, measure, [dimension])
    assert len(expected) > 1
    assert cells(await ask(fed, measure=measure, by=dimension)) == expected


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    measure=st.sampled_from(MEASURES),
    by=st.lists(st.sampled_from(PARTIES + PERIODS), max_size=3, unique=True),
    first=st.dates(date(2025, 1, 1), date(2026, 6, 30)),
    days=st.integers(0, 400),
    region=st.sampled_from(["", "华东", "华北"]),
)
async def test_any_question_has_the_answer_of_plain_python(
    fed: ServiceUnderTest,
    world: World,
    measure: str,
    by: list[str],
    first: date,
    days: int,
    region: str,
) -> None:
    """S190: by property, over measures, dimensions, periods and filters."""
    last = date.fromordinal(first.toordinal() + days)
    query = {"measure": measure, "by": ",".join(by), "from": first, "to": last, "region": region}
    expected = reckoning.cube(
        world,
        measure,
        by,
        keep=lambda fact: first <= fact.day <= last and (fact.document.region or "") == region,
    )
    assert cells(await ask(fed, **query)) == expected


@pytest.mark.parametrize("measure", MEASURES)
async def test_the_first_and_the_last_day_of_a_period_are_included(
    fed: ServiceUnderTest, world: World, measure: str
) -> None:
    """S188: from one day on which something happened to another."""
    days = sorted({fact.day for fact in reckoning.facts(world, measure)})
    for first, last in ((days[0], days[0]), (days[1], days[-2]), (days[-1], days[-1])):
        query = {"measure": measure, "by": "day", "from": first, "to": last}
        whole = reckoning.cube(world, measure, ["day"])
        within = {each.isoformat() for each in days if first <= each <= last}
        expected = {key: cell for key, cell in whole.items() if key[0] in within}
        assert {key[0] for key in expected} >= {first.isoformat(), last.isoformat()}
        assert cells(await ask(fed, **query)) == expected


@pytest.mark.parametrize("on", [date(2025, 3, 31), date(2025, 9, 1), date(2026, 2, 28)])
async def test_receivables_as_of_a_past_day(fed: ServiceUnderTest, world: World, on: date) -> None:
    """Payments made or taken back later do not change what was open then."""
    expected = reckoning.cube(world, "receivables", ["customer"], on=on)
    assert len(expected) > 3
    assert cells(await ask(fed, measure="receivables", by="customer", on=on)) == expected


async def test_receivables_of_today_are_those_as_of_the_last_day(
    fed: ServiceUnderTest, world: World
) -> None:
    now = cells(await ask(fed, measure="receivables", by="customer"))
    assert now == cells(await ask(fed, measure="receivables", by="customer", on="2100-01-01"))
    assert now == reckoning.cube(world, "receivables", ["customer"])


async def test_drilling_into_a_cell_gives_parts_that_sum_to_it(fed: ServiceUnderTest) -> None:
    """S190: the slice of a row and one more dimension."""
    answer = await ask(fed, measure="sales", by="region,quarter")
    assert {"month", "customer"} <= set(answer["drill"])
    assert not {"region", "quarter"} & set(answer["drill"])
    for row in answer["rows"]:
        parts = await ask(fed, measure="sales", by="month,product", **row["slice"])
        amounts = [Decimal(part["amount"]["amount"]) for part in parts["rows"]]
        assert sum(amounts) == Decimal(row["amount"]["amount"])
        assert {part["amount"]["currency"] for part in parts["rows"]} == {row["amount"]["currency"]}


async def test_a_front_end_finds_out_what_can_be_asked(analytics: ServiceUnderTest) -> None:
    """S190, decision 12: every measure and dimension that is listed can be asked for."""
    async with analytics.client("account_manager") as client:
        items = (await client.get("/v1/reports/measures")).json()["items"]
        assert {item["name"]: item["term"] for item in items}["receipts"] == "回款额"
        assert {item["name"] for item in items} == set(MEASURES)
        for item in items:
            for dimension in item["dimensions"]:
                query = {"measure": item["name"], "by": dimension["name"]}
                assert (await client.get("/v1/reports/cube", params=query)).status_code == 200
    names = {each["name"]: each["is_time"] for item in items for each in item["dimensions"]}
    assert {name for name, is_time in names.items() if is_time} == set(PERIODS)
    assert set(names) == {*PARTIES, *PERIODS, *PRODUCTS}


async def test_currencies_are_never_added(fed: ServiceUnderTest, world: World) -> None:
    """Decision 10."""
    answer = await ask(fed, measure="sales")
    expected = reckoning.cube(world, "sales", [])
    assert cells(answer) == expected
    assert set(expected) == {("CNY",), ("USD",)}


async def test_people_read_names_beside_ids(fed: ServiceUnderTest, world: World) -> None:
    answer = await ask(fed, measure="sales", by="customer,owner,product")
    customers = {str(each.customer_id): each for each in world.newest(_customer_state())}
    for row in answer["rows"]:
        key = row["key"]
        customer = customers[key["customer"]["value"]]
        assert key["customer"]["label"] == f"{customer.number} {customer.name}"
        assert key["owner"]["label"].startswith("生成员工")
        assert "生成产品" in key["product"]["label"]


def _customer_state() -> Any:
    from shared.events.customer import CustomerState

    return CustomerState


async def test_the_greatest_come_first_and_time_runs_forward(fed: ServiceUnderTest) -> None:
    by_amount = (await ask(fed, measure="sales", by="customer", currency="CNY"))["rows"]
    amounts = [Decimal(row["amount"]["amount"]) for row in by_amount]
    assert amounts == sorted(amounts, reverse=True)
    by_time = (await ask(fed, measure="sales", by="month", currency="CNY"))["rows"]
    months = [row["key"]["month"]["value"] for row in by_time]
    assert months == sorted(months)
    upwards = (await ask(fed, measure="sales", by="customer", currency="CNY", sort="amount"))[
        "rows"
    ]
    assert [row["amount"] for row in upwards] == [row["amount"] for row in reversed(by_amount)]


async def test_what_is_cut_off_is_said(fed: ServiceUnderTest) -> None:
    whole = await ask(fed, measure="sales", by="customer")
    assert whole["truncated"] is False
    cut = await ask(fed, measure="sales", by="customer", limit=3)
    assert cut["truncated"] is True
    assert cut["rows"] == whole["rows"][:3]
    exact = await ask(fed, measure="sales", by="customer", limit=len(whole["rows"]))
    assert exact["truncated"] is False


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"by": "colour"}, "/query/by"),
        ({"by": "month,month"}, "/query/by"),
        ({"by": "year,month,customer,owner"}, "/query/by"),
        ({"sort": "colour"}, "/query/sort"),
        ({"from": "2026-02-01", "to": "2026-01-31"}, "/query/to"),
        ({"on": "2026-01-31"}, "/query/on"),
        ({"customer": "nobody"}, "/query/customer/0"),
        ({"from": "yesterday"}, "/query/from"),
        ({"limit": 10_001}, "/query/limit"),
        ({"colour": "red"}, "/query/colour"),
        ({"measure": "luck"}, "/query/measure"),
        ({"currency": "XXX"}, "/query/currency/0"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(
    fed: ServiceUnderTest, query: dict[str, Any], pointer: str
) -> None:
    async with fed.client("general_manager") as client:
        response = await client.get("/v1/reports/cube", params={"measure": "sales", **query})
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


async def test_an_account_manager_sees_what_is_the_persons_own(
    fed: ServiceUnderTest, world: World
) -> None:
    """S216, invariant 38 for aggregates: the sums of visible rows."""
    person = world.staff[0].staff_id
    for measure in MEASURES:
        async with fed.client("account_manager", sub=str(person)) as client:
            query: dict[str, Any] = {"measure": measure, "by": "customer", "limit": 1000}
            response = await client.get("/v1/reports/cube", params=query)
        expected = reckoning.cube(
            world, measure, ["customer"], keep=lambda fact: fact.document.owner_id == person
        )
        assert cells(response.json()) == expected


@pytest.mark.parametrize("role", ["warehouse"])
async def test_who_may_not_read_reports_is_refused(fed: ServiceUnderTest, role: str) -> None:
    async with fed.client(role) as client:
        response = await client.get("/v1/reports/cube", params={"measure": "sales"})
    assert response.status_code == 403


async def test_an_answer_says_the_events_it_is_true_for(
    fed: ServiceUnderTest, world: World
) -> None:
    answer = await ask(fed, measure="sales", by="customer")
    positions = {each["topic"]: each for each in answer["as_of"]["positions"]}
    assert set(positions) == {"crm.order.invoice", "crm.customer.customer"}
    for topic, position in positions.items():
        of_topic = [each for each in world.envelopes() if each.topic == topic]
        assert position["offset"] == len(of_topic) - 1
        assert position["event_time"] == _iso(of_topic[-1].time)
    newest = max(position["event_time"] for position in positions.values())
    assert answer["as_of"]["event_time"] == newest


def _iso(at: Any) -> str:
    return str(at.isoformat().replace("+00:00", "Z"))


async def test_monthly_sales_have_no_gaps_and_exact_amounts(
    fed: ServiceUnderTest, world: World
) -> None:
    """S188, and the figures of the demo."""
    async with fed.client("general_manager") as client:
        response = await client.get("/v1/reports/monthly-sales")
    expected = reckoning.cube(world, "sales", ["month"])
    items = response.json()["items"]
    got: dict[tuple[str | None, ...], Any] = {
        (each["month"], each["amount"]["currency"]): each for each in items
    }
    for key, (amount, quantity, count) in expected.items():
        assert got[key]["amount"]["amount"] == f"{amount:.2f}"
        assert Decimal(got[key]["quantity"]) == quantity
        assert got[key]["facts"] == count
    for key in got.keys() - expected.keys():
        assert got[key]["amount"]["amount"] == "0.00"
    for currency in ("CNY", "USD"):
        months = [each["month"] for each in items if each["amount"]["currency"] == currency]
        first, last = min(months), max(months)
        count = (int(last[:4]) - int(first[:4])) * 12 + int(last[5:]) - int(first[5:]) + 1
        assert len(months) == len(set(months)) == count


async def test_an_export_holds_the_same_figures(fed: ServiceUnderTest) -> None:
    """S191."""
    import csv

    answer = await ask(fed, measure="sales", by="region,month")
    async with fed.client("general_manager") as client:
        response: httpx.Response = await client.get(
            "/v1/reports/cube.csv", params={"measure": "sales", "by": "region,month"}
        )
    assert response.headers["content-type"].startswith("text/csv")
    assert response.content.startswith(b"\xef\xbb\xbf")
    header, *lines = csv.reader(response.content.decode("utf-8-sig").splitlines())
    assert header == [
        *("region", "region_label", "month", "month_label"),
        *("amount", "currency", "quantity", "facts"),
    ]
    assert lines == [
        [
            *(row["key"]["region"]["value"] or "" for _ in range(2)),
            *(row["key"]["month"]["value"] for _ in range(2)),
            row["amount"]["amount"],
            row["amount"]["currency"],
            row["quantity"],
            str(row["facts"]),
        ]
        for row in answer["rows"]
    ]
