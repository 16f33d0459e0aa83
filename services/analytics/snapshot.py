"""One snapshot for everything an answer says: the figures, and the events they are true for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated

import sqlalchemy as sa
from pydantic import Field

from services.analytics.consumers import NAME, PROJECTIONS
from services.analytics.metadata import FACTS
from shared.db.driver import Connection
from shared.db.unit_of_work import Database
from shared.domain.errors import Unavailable
from shared.events.catalogue import all_events
from shared.http.fields import Output
from shared.inbox.tables import inbox_tables

#: The topics a table of facts is made from.
_TOPICS = {
    projection.table.name: {
        event.topic for event in all_events() if issubclass(event, projection.state)
    }
    for projection in PROJECTIONS
}
_position = inbox_tables(sa.MetaData()).position


class Position(Output):
    """The last event of a partition that the figures know."""

    topic: str
    partition: int
    offset: int
    event_time: Annotated[datetime, Field(description="when that event happened")]


class AsOf(Output):
    """What an answer is true for: the last event of each partition it was computed from."""

    positions: list[Position]
    event_time: Annotated[
        datetime | None, Field(description="the newest of the events; null before the first")
    ]


@asynccontextmanager
async def snapshot(db: Database) -> AsyncIterator[Connection]:
    """Open a read-only transaction in which every statement sees the same moment.

    Raises:
        Unavailable: at the end, when a replay put new tables in the place of the old ones
            meanwhile; statements before and after it may have read different ones.
    """
    async with db.pool.connection() as conn:
        # Asked before the moment is taken and after all is read: equal means the same throughout.
        before = await _incarnation(conn)
        async with conn.driver.transaction(isolation="repeatable_read", readonly=True):
            yield conn
        if await _incarnation(conn) != before:
            raise Unavailable("The facts were rebuilt just now; ask again.")


async def as_of(conn: Connection, documents: Iterable[sa.Table]) -> AsOf:
    """Return how far the facts in these tables have come."""
    topics = sorted({topic for table in documents for topic in _TOPICS[table.name]})
    query = (
        sa.select(
            _position.c.topic,
            _position.c.partition,
            (_position.c.next_offset - 1).label("offset"),
            _position.c.event_time,
        )
        .where(_position.c.consumer == NAME, _position.c.topic.in_(topics))
        .order_by(_position.c.topic, _position.c.partition)
    )
    positions = [Position(**row) for row in (await conn.execute(query)).mappings()]
    newest = max((each.event_time for each in positions), default=None)
    return AsOf(positions=positions, event_time=newest)


async def _incarnation(conn: Connection) -> int:
    """Return what tells the present tables from those that a replay puts in their place."""
    found = await conn.exec_driver_sql(f"SELECT CAST('{FACTS}' AS regnamespace)::oid::bigint")
    return int(found.scalar_one())
