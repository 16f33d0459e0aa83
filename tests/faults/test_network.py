"""The line to the database is cut, at the worst moments and for a while."""

from __future__ import annotations

import asyncio
import random

import pytest
import sqlalchemy as sa

from tests.faults.network import (
    Resets,
    Told,
    effects,
    new_customer,
    outages,
    through_a_line,
    write_until,
)
from tests.support.calling import Call
from tests.support.opportunity import money
from tests.support.order import customer as new_buyer
from tests.support.order import read
from tests.support.services import ServiceUnderTest

SEED = 20261121


@pytest.mark.parametrize("resets", [80])
async def test_a_reset_at_the_commit_is_resolved_by_the_key(
    customer: ServiceUnderTest, resets: int
) -> None:
    """F9: done or not, nobody was told; the same key finds out, and there is one effect."""
    async with through_a_line(customer) as (service, proxy):
        cutting, told = Resets(random.Random(SEED)), Told()
        proxy.sent, proxy.answered = cutting.sent, cutting.answered
        async with service.client("sales_manager") as client:
            await write_until(told, client, new_customer, lambda: cutting.count >= resets)
    assert told.wrong == []
    assert await effects(customer, told, events=1) == []
    assert (cutting.before > 0, cutting.after > 0, told.replayed > 0) == (True, True, True)


async def test_money_is_credited_once_however_often_the_line_is_reset(
    order: ServiceUnderTest,
) -> None:
    """F9: all writers credit one account."""
    buyer = await new_buyer(order)
    body = {"customer_id": str(buyer), "amount": money("10.00")}
    async with through_a_line(order) as (service, proxy):
        cutting, told = Resets(random.Random(SEED)), Told()
        proxy.sent, proxy.answered = cutting.sent, cutting.answered
        async with service.client("finance") as client:
            await write_until(
                told,
                client,
                lambda: Call("POST", "/v1/prepayments", body),
                lambda: cutting.count >= 40,
            )
    assert told.wrong == []
    assert await effects(order, told, events=2) == []
    (funds,) = (await read(order, f"prepayments?customer_id={buyer}"))["items"]
    assert funds["balance"] == money(f"{10 * len(told.writes)}.00")


async def test_a_database_that_is_away_is_told_of_and_waited_for(
    customer: ServiceUnderTest,
) -> None:
    """F8: refused or silent, requests are answered 503 while it lasts, and the process lives."""
    async with through_a_line(customer) as (service, proxy):
        seen = await outages(service, proxy, random.Random(SEED), cuts=4, seconds=0.5)
    assert seen.wrong == []
    assert await effects(customer, seen.told, events=1) == []
    assert (seen.cuts, len(seen.recovered)) == (4, 4)


async def test_a_slow_statement_is_not_taken_for_a_silent_server(
    customer: ServiceUnderTest,
) -> None:
    """F8: who waits is given up only when the server gives no sign of life."""
    async with through_a_line(customer) as (service, _), service.db.reading() as conn:
        assert await conn.scalar(sa.text("SELECT 7 FROM pg_sleep(3)")) == 7


@pytest.mark.parametrize(("delay", "bytes_at_once"), [(0.1, 65_536), (0.0, 1)])
async def test_a_slow_line_is_slow_and_nothing_else(
    customer: ServiceUnderTest, delay: float, bytes_at_once: int
) -> None:
    """F10: with latency, and byte by byte."""
    async with through_a_line(customer) as (service, proxy):
        proxy.delay, proxy.bytes_at_once, told = delay, bytes_at_once, Told()
        async with service.client("sales_manager") as client:
            await asyncio.gather(*(told.settle(client, new_customer()) for _ in range(12)))
    assert told.wrong == []
    assert await effects(customer, told, events=1) == []
