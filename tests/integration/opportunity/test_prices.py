"""The price list: versions, and the price of a product on a day."""

from __future__ import annotations

import httpx

from shared.domain.ids import new_id
from tests.support.opportunity import money, price, price_list, product, propose, succeeded, today
from tests.support.services import ServiceUnderTest


async def _price(service: ServiceUnderTest, **params: str) -> httpx.Response:
    async with service.client("account_manager") as client:
        return await client.get("/v1/prices", params=params)


async def test_a_price_depends_on_product_quantity_and_day(opportunity: ServiceUnderTest) -> None:
    """S102."""
    bolt = await product(opportunity)
    tiers = [price(bolt, "100.00"), price(bolt, "92.50", minimum_quantity="10")]
    await price_list(opportunity, tiers)
    await price_list(opportunity, [price(bolt, "110.00")], effective_on=today(30))
    for quantity, day, expected in (
        ("1", today(), "100.00"),
        ("9.9999", today(), "100.00"),
        ("10", today(), "92.50"),
        ("10", today(29), "92.50"),
        ("10", today(30), "110.00"),
    ):
        found = await _price(opportunity, product_id=bolt["id"], quantity=quantity, on=str(day))
        assert succeeded(found)["unit_price"] == money(expected), (quantity, day)
    yesterday = await _price(opportunity, product_id=bolt["id"], on=str(today(-1)))
    assert (yesterday.status_code, yesterday.json()["code"]) == (404, "no_list_price")


async def test_a_version_in_force_replaces_the_one_before_as_a_whole(
    opportunity: ServiceUnderTest,
) -> None:
    """S102: there is one price list; what its newest version leaves out has no price."""
    bolt, nut = await product(opportunity), await product(opportunity)
    await price_list(opportunity, [price(bolt, "1.00"), price(nut, "2.00")])
    await price_list(opportunity, [price(bolt, "1.10")])
    assert succeeded(await _price(opportunity, product_id=bolt["id"]))["unit_price"] == money(
        "1.10"
    )
    assert (await _price(opportunity, product_id=nut["id"])).status_code == 404


async def test_a_version_can_start_from_another(opportunity: ServiceUnderTest) -> None:
    """S110."""
    bolt, nut = await product(opportunity), await product(opportunity)
    first = await price_list(opportunity, [price(bolt, "1.00"), price(nut, "2.00")])
    second = await price_list(opportunity, [price(nut, "2.20")], based_on=first["id"])
    assert second["price_count"] == 2
    assert succeeded(await _price(opportunity, product_id=bolt["id"]))["unit_price"] == money(
        "1.00"
    )
    assert succeeded(await _price(opportunity, product_id=nut["id"]))["unit_price"] == money("2.20")


async def test_currencies_are_kept_apart(opportunity: ServiceUnderTest) -> None:
    bolt = await product(opportunity)
    await price_list(opportunity, [price(bolt, "7.00")])
    dollars = {"product_id": bolt["id"], "unit_price": money("1.00", "USD")}
    await price_list(opportunity, [dollars], currency="USD")
    found = await _price(opportunity, product_id=bolt["id"], currency="USD")
    assert succeeded(found)["unit_price"] == money("1.00", "USD")
    assert succeeded(await _price(opportunity, product_id=bolt["id"]))["unit_price"] == money(
        "7.00"
    )
    async with opportunity.client("finance") as client:
        mixed = await client.post(
            "/v1/price-lists", json={"effective_on": str(today()), "prices": [dollars]}
        )
    assert mixed.status_code == 422
    assert mixed.json()["errors"][0]["pointer"] == "/prices/0/unit_price/currency"


async def test_a_price_list_is_refused_with_the_place_of_the_mistake(
    opportunity: ServiceUnderTest,
) -> None:
    bolt = await product(opportunity)
    unknown = {"product_id": str(new_id()), "unit_price": money("1.00")}
    twice = [price(bolt, "1.00"), price(bolt, "2.00")]
    empty = await price_list(opportunity, [], approved=False)
    past = await price_list(
        opportunity, [price(bolt, "1.00")], effective_on=today(-1), approved=False
    )
    async with opportunity.client("finance") as client:
        day = {"effective_on": str(today())}
        strange = await client.post(
            "/v1/price-lists", json={**day, "prices": [price(bolt, "1.00"), unknown]}
        )
        double = await client.post("/v1/price-lists", json={**day, "prices": twice})
    bare, late = await propose(opportunity, empty), await propose(opportunity, past)
    assert strange.json()["errors"][0]["pointer"] == "/prices/1/product_id"
    assert (double.status_code, double.json()["code"]) == (422, "invalid_prices")
    assert (bare.status_code, bare.json()["code"]) == (422, "invalid_prices")
    assert (late.status_code, late.json()["code"]) == (409, "effective_date_passed")


async def test_versions_and_their_prices_are_listed(opportunity: ServiceUnderTest) -> None:
    bolts = [await product(opportunity) for _ in range(3)]
    listed = await price_list(
        opportunity,
        [price(bolt, "3.00") | {"unit_price": money("3.00", "CHF")} for bolt in bolts],
        currency="CHF",
    )
    async with opportunity.client("account_manager") as client:
        versions = succeeded(await client.get("/v1/price-lists", params={"currency": "CHF"}))
        read = succeeded(await client.get(f"/v1/price-lists/{listed['id']}"))
        path = f"/v1/price-lists/{listed['id']}/prices"
        first = succeeded(await client.get(path, params={"page_size": 2}))
        token = {"page_size": 2, "page_token": first["next_page_token"]}
        rest = succeeded(await client.get(path, params=token))
        missing = await client.get(f"/v1/price-lists/{new_id()}")
    assert versions["items"] == [read] == [listed]
    found = [each["product_id"] for each in first["items"] + rest["items"]]
    assert found == sorted(bolt["id"] for bolt in bolts)
    assert missing.status_code == 404
