"""The stock view: told by warehouse systems, entered where none tells it (S116, S135, S224)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from shared.bus.port import Record
from shared.domain.ids import new_id
from shared.events.inbound import StockLevelChanged
from tests.support.order import Body, done, product, read, send
from tests.support.outside import (
    CATALOGUE,
    SECOND_WAREHOUSE,
    WAREHOUSE,
    allowed_sources,
    record,
    tell,
    why_parked,
)
from tests.support.services import ServiceUnderTest

SITE = "上海一号仓"


@pytest.fixture(scope="module", autouse=True)
def _sources() -> Iterator[None]:
    with allowed_sources():
        yield


def code() -> str:
    return f"GY-{new_id().hex[-12:]}"


def level(
    item: str,
    on_hand: str,
    *,
    sequence: int | None = None,
    at: str = "2026-11-21T08:00:00+08:00",
    source: str = WAREHOUSE,
    site: str = SITE,
    **how: Any,
) -> Record:
    data = {"product_code": item, "site": site, "on_hand": on_hand, "as_of": at}
    headers = {"ce_sequence": str(sequence) if sequence else None, "ce_time": at}
    headers |= how.pop("headers", {})
    return record(
        StockLevelChanged, data, source=source, subject=f"{item}@{site}", headers=headers, **how
    )


async def on_hand(order: ServiceUnderTest, item: str) -> list[tuple[str, str, str | None]]:
    found = await read(order, f"stock?product_code={item}", "account_manager")
    return sorted((each["site"], each["on_hand"], each["source"]) for each in found["items"])


async def entered(order: ServiceUnderTest, product_id: UUID, amount: str = "10") -> Body:
    body = {"product_id": str(product_id), "site": SITE, "on_hand": amount}
    return await done(order, "warehouse", "stock", body)


async def test_a_warehouse_tells_what_it_has(order: ServiceUnderTest) -> None:
    """S135, S224: each site for itself, and the product by its name once it is known."""
    item = code()
    await tell(order, level(item, "12.5"), level(item, "7", site="天津仓"))
    assert await on_hand(order, item) == [
        (SITE, "12.5000", WAREHOUSE),
        ("天津仓", "7.0000", WAREHOUSE),
    ]
    product_id = await product(order, code=item, name="高压断路器")
    found = await read(order, f"stock?product_id={product_id}&site={SITE}")
    (only,) = found["items"]
    assert (only["product_id"], only["product_name"]) == (str(product_id), "高压断路器")
    assert (await read(order, f"stock/{only['id']}"))["on_hand"] == "12.5000"


async def test_the_newer_level_wins_by_the_count_of_its_source(order: ServiceUnderTest) -> None:
    """Late, with a gap, and with a clock that goes wrong."""
    item = code()
    await tell(order, level(item, "5", sequence=3), level(item, "9", sequence=1))
    assert await on_hand(order, item) == [(SITE, "5.0000", WAREHOUSE)]
    await tell(order, level(item, "4", sequence=8, at="2026-11-20T08:00:00Z"))
    assert await on_hand(order, item) == [(SITE, "4.0000", WAREHOUSE)]


async def test_without_a_count_the_newer_time_wins(order: ServiceUnderTest) -> None:
    item = code()
    noon, morning = "2026-11-21T12:00:00+08:00", "2026-11-21T09:00:00+08:00"
    await tell(order, level(item, "5", at=noon), level(item, "9", at=morning))
    assert await on_hand(order, item) == [(SITE, "5.0000", WAREHOUSE)]


async def test_between_sources_the_time_decides(order: ServiceUnderTest) -> None:
    """Each counts by itself, so their counts say nothing about each other."""
    item = code()
    noon, morning = "2026-11-21T12:00:00+08:00", "2026-11-21T09:00:00+08:00"
    await tell(order, level(item, "5", sequence=900, at=morning))
    await tell(order, level(item, "6", sequence=1, at=noon, source=SECOND_WAREHOUSE))
    assert await on_hand(order, item) == [(SITE, "6.0000", SECOND_WAREHOUSE)]
    await tell(order, level(item, "7", sequence=901, at=morning))
    assert await on_hand(order, item) == [(SITE, "6.0000", SECOND_WAREHOUSE)]


async def test_an_event_that_comes_again_changes_nothing(order: ServiceUnderTest) -> None:
    item = code()
    sent = level(item, "5")
    await tell(order, sent, sent)
    await tell(order, sent)
    (only,) = (await read(order, f"stock?product_code={item}"))["items"]
    assert only["version"] == 1


async def test_what_is_wrong_is_parked_and_the_rest_goes_on(order: ServiceUnderTest) -> None:
    """F14: a stranger, a broken schema; the subject of the broken one waits, others do not."""
    item, other = code(), code()
    strange = level(item, "666", source=CATALOGUE)
    broken = level(item, "lots")
    await tell(order, strange, broken, level(item, "5"), level(other, "8"))
    assert await on_hand(order, item) == []
    assert await on_hand(order, other) == [(SITE, "8.0000", WAREHOUSE)]
    source, schema, held = await why_parked(order, broken)
    assert source == CATALOGUE
    assert "on_hand" in schema
    assert held == "behind a parked event"


async def test_the_warehouse_enters_what_no_system_tells(order: ServiceUnderTest) -> None:
    """S135: a first count, then corrections, each by somebody who saw the last."""
    stock = await entered(order, await product(order))
    assert (stock["on_hand"], stock["source"], stock["version"]) == ("10.0000", None, 1)
    path, body = f"stock/{stock['id']}", {"on_hand": "0"}
    counted = await done(order, "warehouse", path, body, seen=stock, method="PATCH")
    assert (counted["on_hand"], counted["version"]) == ("0.0000", 2)
    assert counted["as_of"] > stock["as_of"]
    stale = await send(order, "warehouse", path, body, seen=stock, method="PATCH")
    assert stale.status_code == 412


@pytest.mark.parametrize("role", ["account_manager", "finance", "general_manager"])
async def test_others_only_read(order: ServiceUnderTest, role: str) -> None:
    product_id = await product(order)
    body = {"product_id": str(product_id), "site": SITE, "on_hand": "1"}
    assert (await send(order, role, "stock", body)).status_code == 403


async def test_a_level_is_entered_once_for_a_product_that_is_sold(order: ServiceUnderTest) -> None:
    product_id = await product(order)
    await entered(order, product_id)
    body = {"product_id": str(product_id), "site": SITE, "on_hand": "1"}
    again = await send(order, "warehouse", "stock", body)
    assert (again.status_code, again.json()["code"]) == (409, "stock_known")
    unknown = await send(order, "warehouse", "stock", body | {"product_id": str(new_id())})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_product")


async def test_a_system_that_begins_to_tell_takes_over(order: ServiceUnderTest) -> None:
    """From then on nobody contradicts it by hand; what it said before the count does not count."""
    item = code()
    stock = await entered(order, await product(order, code=item))
    await tell(order, level(item, "3", at="2020-01-01T00:00:00Z"))
    assert await on_hand(order, item) == [(SITE, "10.0000", None)]
    await tell(order, level(item, "3", at="2100-01-01T00:00:00Z"))
    assert await on_hand(order, item) == [(SITE, "3.0000", WAREHOUSE)]
    told = await read(order, f"stock/{stock['id']}")
    assert (told["entered_by"], told["version"]) == (None, 2)
    path, body = f"stock/{stock['id']}", {"on_hand": "4"}
    refused = await send(order, "warehouse", path, body, seen=told, method="PATCH")
    assert (refused.status_code, refused.json()["code"]) == (409, "stock_is_fed")


async def test_the_list_comes_in_pages(order: ServiceUnderTest) -> None:
    site = f"仓 {new_id().hex[-8:]}"
    items = sorted(code() for _ in range(5))
    await tell(order, *(level(each, "1", site=site) for each in items))
    found: list[str] = []
    page = await read(order, f"stock?site={site}&page_size=2")
    while True:
        found += [each["product_code"] for each in page["items"]]
        if not (token := page["next_page_token"]):
            break
        page = await read(order, f"stock?site={site}&page_size=2&page_token={token}")
    assert found == items


async def test_a_level_of_no_event_is_noticed(order: ServiceUnderTest) -> None:
    """The promise bites."""
    item = code()
    await tell(order, level(item, "5"))
    (promise,) = [each for each in order.service.promises if each.id == "stock.8"]
    async with order.db.pool.connection() as conn:
        transaction = conn.driver.transaction()
        await transaction.start()
        await conn.execute(
            sa.text(
                "UPDATE stock_level SET source_event_id = gen_random_uuid()"
                " WHERE source IS NOT NULL"
            )
        )
        assert (await conn.execute(sa.text(promise.query))).all()
        await transaction.rollback()
