"""The facts are built anew from the log, beside the live ones, and put in their place."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest
import sqlalchemy as sa

from services.analytics.consumers import CONSUMERS
from services.analytics.metadata import FACTS
from services.analytics.snapshot import snapshot
from services.analytics.tables import metadata
from shared.bus.port import Bus
from shared.db.engine import create_engine
from shared.db.unit_of_work import Database
from shared.domain.errors import Unavailable
from shared.inbox.replay import ReplayReport, replay
from tests.support.facts import contents
from tests.support.feeding import Feed
from tests.support.generated import World, trading_company
from tests.support.services import ServiceUnderTest


async def rebuild(service: ServiceUnderTest, feed: Feed) -> ReplayReport:
    owner = Database(create_engine(service.owner_dsn), service="analytics")
    try:
        return await replay(owner, cast(Bus, feed), CONSUMERS, metadata, FACTS)
    finally:
        await owner.close()


async def cube(service: ServiceUnderTest) -> dict[str, Any]:
    async with service.client("finance") as client:
        query = {"measure": "sales", "by": "customer,month"}
        return dict((await client.get("/v1/reports/cube", params=query)).json())


async def incarnation(service: ServiceUnderTest) -> object:
    async with service.db.reading() as conn:
        found = await conn.execute(sa.text("SELECT CAST(CAST('facts' AS regnamespace) AS oid)"))
        return found.scalar()


async def test_a_replay_changes_no_figure(fed: ServiceUnderTest, feed: Feed, world: World) -> None:
    """S192, invariant 12; afterwards events go on into the new tables, and the runtime role reads
    and writes them as before."""
    before, figures = await contents(fed), await cube(fed)
    report = await rebuild(fed, feed)
    assert report.differences == 0
    assert report.swapped
    assert report.applied == len(world.events)
    assert await contents(fed) == before
    assert await cube(fed) == figures
    later = trading_company(seed=8, customers=2, chains=4)
    await feed.send_by_topic(later.envelopes())
    assert (await contents(fed)) != before


async def test_an_answer_is_not_put_together_from_old_and_new_tables(
    fed: ServiceUnderTest, feed: Feed
) -> None:
    """Whoever asks while the tables are exchanged is told to ask again."""
    with pytest.raises(Unavailable):
        async with snapshot(fed.db) as conn:
            await conn.execute(sa.text("SELECT count(*) FROM facts.invoice"))
            before = await incarnation(fed)
            rebuilding = asyncio.create_task(rebuild(fed, feed))
            async with asyncio.timeout(20):
                while await incarnation(fed) == before:  # noqa: ASYNC110 - another process's act
                    await asyncio.sleep(0.02)
    assert (await rebuilding).swapped
    assert (await cube(fed))["rows"]


async def test_what_a_replay_could_not_drop_is_dropped_by_the_next(
    fed: ServiceUnderTest, feed: Feed
) -> None:
    """A report that ran for long had kept the old tables from going."""
    owner = create_engine(fed.owner_dsn)
    async with owner.begin() as conn:
        await conn.execute(sa.text("CREATE SCHEMA facts_old"))
        await conn.execute(sa.text("CREATE TABLE facts_old.invoice (id uuid)"))
    await owner.dispose()
    assert (await rebuild(fed, feed)).swapped
    assert (await rebuild(fed, feed)).swapped


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE facts.invoice_line SET amount = amount + 1",
        "DELETE FROM facts.allocation",
        "UPDATE facts.customer SET region = '火星'",
    ],
)
async def test_a_replay_mends_facts_that_were_damaged(
    fed: ServiceUnderTest, feed: Feed, damage: str
) -> None:
    before = await contents(fed)
    async with fed.db.pool.transaction() as conn:
        await conn.execute(sa.text(damage))
    report = await rebuild(fed, feed)
    assert report.differences > 0
    assert await contents(fed) == before
