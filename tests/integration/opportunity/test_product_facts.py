"""Product facts of another system enter products, change them, end their sale (S119, S224)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from shared.bus.port import Record
from shared.domain.ids import new_id
from shared.events.inbound import ProductFactsChanged
from tests.support.opportunity import etag, succeeded
from tests.support.outside import CATALOGUE, WAREHOUSE, allowed_sources, record, tell, why_parked
from tests.support.services import ServiceUnderTest


@pytest.fixture(scope="module", autouse=True)
def _sources() -> Iterator[None]:
    with allowed_sources():
        yield


def code() -> str:
    return f"GY-{new_id().hex[-12:]}"


def facts(item: str, *, source: str = CATALOGUE, headers: Any = None, **changes: Any) -> Record:
    """All facts of a product; its code is the subject."""
    data = {"code": item, "name": "高压断路器", "unit": "台", "line": "开关", "status": "active"}
    return record(ProductFactsChanged, data | changes, source=source, subject=item, headers=headers)


def at(time: str) -> dict[str, str]:
    return {"ce_time": f"2026-11-21T{time}:00Z"}


async def found(opportunity: ServiceUnderTest, item: str) -> dict[str, Any] | None:
    async with opportunity.client("finance") as client:
        page = succeeded(await client.get(f"/v1/products?code={item}"))
    return page["items"][0] if page["items"] else None


async def told(opportunity: ServiceUnderTest, item: str) -> list[tuple[str, str]]:
    """What our own events say of a product: its name and whether it is sold."""
    events = await opportunity.published("crm.opportunity.product.changed.v1")
    states = (each["data"] for each in events)
    return [(each["name"], each["status"]) for each in states if each["code"] == item]


async def test_facts_enter_a_product_and_change_it(opportunity: ServiceUnderTest) -> None:
    """And our own product.changed tells the other services of it."""
    item = code()
    await tell(opportunity, facts(item, headers=at("08:00")))
    product = await found(opportunity, item)
    assert product is not None
    assert (product["name"], product["unit"], product["line"]) == ("高压断路器", "台", "开关")
    await tell(opportunity, facts(item, name="真空断路器", line=None, headers=at("09:00")))
    product = await found(opportunity, item)
    assert product is not None
    assert (product["name"], product["line"], product["version"]) == ("真空断路器", None, 2)
    assert await told(opportunity, item) == [("高压断路器", "active"), ("真空断路器", "active")]


async def test_what_is_the_same_already_is_no_change(opportunity: ServiceUnderTest) -> None:
    item = code()
    sent = facts(item, headers=at("08:00"))
    await tell(opportunity, sent, sent)
    await tell(opportunity, sent)
    await tell(opportunity, facts(item, headers=at("09:00")))
    assert len(await told(opportunity, item)) == 1


async def test_a_product_is_taken_off_sale_and_put_back(opportunity: ServiceUnderTest) -> None:
    item = code()
    await tell(opportunity, facts(item, headers=at("08:00")))
    await tell(opportunity, facts(item, name="旧", status="retired", headers=at("09:00")))
    await tell(opportunity, facts(item, name="旧", headers=at("10:00")))
    assert await told(opportunity, item) == [
        ("高压断路器", "active"),
        ("旧", "active"),
        ("旧", "retired"),
        ("旧", "active"),
    ]


async def test_a_product_that_is_not_sold_any_more_is_entered_as_such(
    opportunity: ServiceUnderTest,
) -> None:
    """Documents of the past may still name it."""
    item = code()
    await tell(opportunity, facts(item, status="retired"))
    product = await found(opportunity, item)
    assert product is not None
    assert product["status"] == "retired"


async def test_older_facts_do_not_undo_newer_ones(opportunity: ServiceUnderTest) -> None:
    """By the source's own count; between two sources by the time."""
    item = code()
    counted = [{**at("08:00"), "ce_sequence": each} for each in ("5", "3")]
    await tell(opportunity, facts(item, name="五", headers=counted[0]))
    await tell(opportunity, facts(item, name="三", headers=counted[1]))
    await tell(opportunity, facts(item, name="别", source="/erp", headers=at("07:00")))
    assert await told(opportunity, item) == [("五", "active")]
    await tell(opportunity, facts(item, name="新", source="/erp", headers=at("09:00")))
    assert (await told(opportunity, item))[-1] == ("新", "active")


async def test_the_cost_that_was_entered_here_stays(opportunity: ServiceUnderTest) -> None:
    """S221: it is not among the facts."""
    item = code()
    async with opportunity.client("finance") as client:
        cost = {"amount": "80.00", "currency": "CNY"}
        body = {"code": item, "name": "手工", "unit": "台", "cost_price": cost}
        entered = succeeded(await client.post("/v1/products", json=body))
    await tell(opportunity, facts(item))
    product = await found(opportunity, item)
    assert product is not None
    assert (product["id"], product["name"]) == (entered["id"], "高压断路器")
    assert product["cost_price"] == cost
    async with opportunity.client("finance") as client:
        path, seen = f"/v1/products/{entered['id']}", etag(product)
        changed = await client.patch(path, json={"category": "户外"}, headers=seen)
    assert succeeded(changed)["category"] == "户外"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"source": WAREHOUSE}, WAREHOUSE),
        ({"name": ""}, "name"),
        ({"status": "sold out"}, "status"),
        ({"code": "空 格"}, "code"),
    ],
    ids=str,
)
async def test_what_is_wrong_is_parked_with_the_reason(
    opportunity: ServiceUnderTest, change: dict[str, Any], reason: str
) -> None:
    """A source that is not named, or facts that break the schema."""
    item = code()
    sent = facts(item, **change)
    await tell(opportunity, sent)
    (why,) = await why_parked(opportunity, sent)
    assert reason in why
    assert await found(opportunity, item) is None


async def test_facts_of_no_event_are_noticed(opportunity: ServiceUnderTest) -> None:
    """The promise bites."""
    item = code()
    await tell(opportunity, facts(item))
    (promise,) = [each for each in opportunity.service.promises if each.id == "products.8"]
    async with opportunity.db.pool.connection() as conn:
        transaction = conn.driver.transaction()
        await transaction.start()
        await conn.execute(sa.text("UPDATE product_feed SET source_event_id = gen_random_uuid()"))
        assert (await conn.execute(sa.text(promise.query))).all()
        await transaction.rollback()
