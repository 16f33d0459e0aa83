"""Measures side by side, by person, place, product and customer."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from shared.events.customer import CustomerState
from tests.integration.analytics import reckoning
from tests.support.generated import World
from tests.support.services import ServiceUnderTest

MEASURES = ["orders", "deliveries", "sales", "receipts", "receivables"]


async def get(service: ServiceUnderTest, path: str, **query: Any) -> dict[str, Any]:
    async with service.client("finance") as client:
        response = await client.get(f"/v1/reports/{path}", params=query)
    assert response.status_code == 200, response.text
    return dict(response.json())


def amounts(row: dict[str, Any]) -> dict[str, Decimal | None]:
    assert all(row[name]["currency"] == row["currency"] for name in MEASURES if row[name])
    return {name: row[name] and Decimal(row[name]["amount"]) for name in MEASURES}


def reckoned(world: World, by: list[str], **more: Any) -> dict[Any, dict[str, Decimal | None]]:
    expected: dict[Any, dict[str, Decimal | None]] = {}
    for measure in MEASURES:
        if "product" in by and measure in ("receipts", "receivables"):
            continue
        for key, cell in reckoning.cube(world, measure, by, **more).items():
            expected.setdefault(key, dict.fromkeys(MEASURES, Decimal(0)))[measure] = cell[0]
    if "product" in by:
        for row in expected.values():
            row |= {"receipts": None, "receivables": None}
    return expected


@pytest.mark.parametrize(
    ("path", "dimension"),
    [
        ("customers", "customer"),
        ("staff", "owner"),
        ("departments", "department"),
        ("branches", "branch"),
        ("regions", "region"),
        ("products", "product"),
    ],
)
async def test_an_overview_agrees_with_plain_python(
    fed: ServiceUnderTest, world: World, path: str, dimension: str
) -> None:
    """S187 to S189: all time, then one half-year."""
    answer = await get(fed, path, limit=1000)
    got = {(row["key"]["value"], row["currency"]): amounts(row) for row in answer["rows"]}
    assert got == reckoned(world, [dimension])
    first, last = date(2025, 7, 1), date(2025, 12, 31)
    answer = await get(fed, path, limit=1000, **{"from": first, "to": last})
    got = {(row["key"]["value"], row["currency"]): amounts(row) for row in answer["rows"]}
    assert got == reckoned(world, [dimension], keep=lambda fact: first <= fact.day <= last)
    assert answer["as_of"]["positions"]


async def test_the_best_come_first_and_the_rest_is_said_to_be_there(
    fed: ServiceUnderTest,
) -> None:
    for name in MEASURES:
        rows = (await get(fed, "staff", sort=f"-{name}", currency="CNY"))["rows"]
        found = [Decimal(row[name]["amount"]) for row in rows]
        assert found == sorted(found, reverse=True)
    assert [row["key"]["label"] for row in (await get(fed, "staff", sort="key"))["rows"]]
    cut = await get(fed, "staff", limit=1)
    assert cut["truncated"]
    assert len(cut["rows"]) == 1


async def test_filters_narrow_every_figure(fed: ServiceUnderTest, world: World) -> None:
    answer = await get(fed, "staff", region="华东", department="销售一部", limit=1000)
    got = {(row["key"]["value"], row["currency"]): amounts(row) for row in answer["rows"]}
    assert got == reckoned(
        world,
        ["owner"],
        keep=lambda fact: (fact.document.region, fact.document.department) == ("华东", "销售一部"),
    )


async def test_figures_that_have_no_products_are_null_when_filtered_by_product(
    fed: ServiceUnderTest, world: World
) -> None:
    product = str(world.products[0].product_id)
    for row in (await get(fed, "staff", product=product))["rows"]:
        assert row["receipts"] is None
        assert row["receivables"] is None
        assert row["sales"] is not None


async def test_sales_and_payments_of_one_customer(fed: ServiceUnderTest, world: World) -> None:
    """S187."""
    everything = reckoned(world, ["customer", "month"])
    for customer in world.newest(CustomerState)[:8]:
        key = str(customer.customer_id)
        answer = await get(fed, f"customers/{key}")
        assert answer["customer"]["name"] == customer.name
        months = {(row["month"], row["currency"]): amounts(row) for row in answer["months"]}
        assert months == {k[1:]: row for k, row in everything.items() if k[0] == key}
        for total in answer["totals"]:
            of_currency = [row for k, row in months.items() if k[1] == total["currency"]]
            for name in MEASURES:
                parts = [row[name] or Decimal(0) for row in of_currency]
                assert sum(parts) == Decimal(total[name]["amount"])


async def test_a_period_of_one_customer(fed: ServiceUnderTest, world: World) -> None:
    """S187."""
    customer = world.newest(CustomerState)[0]
    first, last = date(2025, 3, 1), date(2025, 10, 31)
    answer = await get(fed, f"customers/{customer.customer_id}", **{"from": first, "to": last})
    expected = reckoned(
        world,
        ["customer"],
        keep=lambda fact: (
            first <= fact.day <= last and fact.document.customer_id == customer.customer_id
        ),
    )
    got = {(str(customer.customer_id), row["currency"]): amounts(row) for row in answer["totals"]}
    assert got == expected


async def test_another_ones_customer_is_hidden_like_one_that_is_not_there(
    fed: ServiceUnderTest, world: World
) -> None:
    """S216: and what one owns is shown with its whole history."""
    customer = world.newest(CustomerState)[0]
    path = f"/v1/reports/customers/{customer.customer_id}"
    async with fed.client("account_manager", sub=str(uuid4())) as stranger:
        hidden = await stranger.get(path)
        missing = await stranger.get(f"/v1/reports/customers/{uuid4()}")
    assert (hidden.status_code, hidden.json()["code"]) == (404, "not_found")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    async with fed.client("account_manager", sub=str(customer.owner_id)) as owner:
        shown = await owner.get(path)
    assert shown.json()["totals"] == (await get(fed, f"customers/{customer.customer_id}"))["totals"]
