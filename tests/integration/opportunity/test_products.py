"""Products: entered, changed, retired, listed; their cost is for some eyes only."""

from __future__ import annotations

from tests.support.opportunity import etag, money, product, succeeded
from tests.support.services import ServiceUnderTest


async def test_a_product_is_entered_and_read_again(opportunity: ServiceUnderTest) -> None:
    """S119."""
    entered = await product(opportunity, line="输配电", category="断路器")
    async with opportunity.client("sales_manager") as client:
        read = await client.get(f"/v1/products/{entered['id']}")
    assert read.json() == entered
    assert (entered["line"], entered["category"], entered["status"]) == (
        "输配电",
        "断路器",
        "active",
    )


async def test_the_cost_is_shown_to_managers_alone_and_never_published(
    opportunity: ServiceUnderTest,
) -> None:
    """S107: the cost stays in the service."""
    entered = await product(opportunity, cost_price=money("71.37"))
    async with opportunity.client("account_manager") as client:
        read = succeeded(await client.get(f"/v1/products/{entered['id']}"))
        listed = succeeded(await client.get("/v1/products", params={"code": entered["code"]}))
    assert entered["cost_price"] == money("71.37")
    assert read["cost_price"] is None
    assert [each["cost_price"] for each in listed["items"]] == [None]
    events = await opportunity.published("crm.opportunity.product.%")
    assert "71.37" not in str(
        [each for each in events if str(each["aggregate_id"]) == entered["id"]]
    )


async def test_two_products_cannot_share_a_code(opportunity: ServiceUnderTest) -> None:
    entered = await product(opportunity)
    async with opportunity.client("sales_manager") as client:
        body = {"code": entered["code"], "name": "另一个", "unit": "台"}
        second = await client.post("/v1/products", json=body)
    assert (second.status_code, second.json()["code"]) == (409, "product_code_taken")


async def test_a_product_is_changed_field_by_field(opportunity: ServiceUnderTest) -> None:
    entered = await product(opportunity, line="输配电")
    path = f"/v1/products/{entered['id']}"
    async with opportunity.client("sales_manager") as client:
        changed = succeeded(
            await client.patch(
                path, json={"name": "新名", "cost_price": None}, headers=etag(entered)
            )
        )
        stale = await client.patch(path, json={"name": "旧"}, headers=etag(entered))
        blind = await client.patch(path, json={"name": "盲"})
        nameless = await client.patch(path, json={"name": None}, headers=etag(changed))
    assert (changed["name"], changed["line"], changed["cost_price"]) == ("新名", "输配电", None)
    assert [each.status_code for each in (stale, blind, nameless)] == [412, 428, 422]


async def test_a_retired_product_can_be_restored_and_not_retired_twice(
    opportunity: ServiceUnderTest,
) -> None:
    entered = await product(opportunity)
    path = f"/v1/products/{entered['id']}"
    async with opportunity.client("sales_manager") as client:
        retired = succeeded(await client.post(f"{path}/retire", headers=etag(entered)))
        again = await client.post(f"{path}/retire", headers=etag(retired))
        restored = succeeded(await client.post(f"{path}/restore", headers=etag(retired)))
        unretired = await client.post(f"{path}/restore", headers=etag(restored))
    assert (retired["status"], restored["status"]) == ("retired", "active")
    assert (again.status_code, again.json()["code"]) == (409, "product_retired")
    assert (unretired.status_code, unretired.json()["code"]) == (409, "product_active")


async def test_products_are_listed_by_code_page_by_page(opportunity: ServiceUnderTest) -> None:
    for code in ("L-3", "L-1", "L-2"):
        await product(opportunity, code=code, line="分页")
    async with opportunity.client("warehouse") as client:
        first = succeeded(await client.get("/v1/products", params={"line": "分页", "page_size": 2}))
        rest = succeeded(
            await client.get(
                "/v1/products",
                params={"line": "分页", "page_size": 2, "page_token": first["next_page_token"]},
            )
        )
    assert [each["code"] for each in first["items"] + rest["items"]] == ["L-1", "L-2", "L-3"]
    assert rest["next_page_token"] is None


async def test_account_managers_do_not_enter_products(opportunity: ServiceUnderTest) -> None:
    async with opportunity.client("account_manager") as client:
        body = {"code": "X-1", "name": "不行", "unit": "台"}
        refused = await client.post("/v1/products", json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
