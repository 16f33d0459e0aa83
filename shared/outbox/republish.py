"""Fills a bus whose log was lost, or has to be another: the outbox keeps all events and can publish
them again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime

from shared.bus.port import Bus, TopicPartition
from shared.db.connection import engine_dsn
from shared.db.unit_of_work import Database
from shared.outbox.relay import Relay, in_the_relays_place

#: Seconds for the one statement that takes the marks away, however long the outbox is.
_PATIENCE = 3600

# By ``seq``, not by time alone: of two versions of an aggregate the later one may carry a time
# that is a little earlier, and must not stay away.
_SINCE = " AND seq >= (SELECT min(seq) FROM outbox WHERE occurred_at >= $1)"

_WAITING = "SELECT EXISTS (SELECT FROM outbox WHERE published_at IS NULL AND seq <= $1)"

_PUBLISHED = """
SELECT topic, count(*) FROM outbox WHERE published_at IS NOT NULL GROUP BY topic
"""


async def republish(database: Database, since: datetime | None = None) -> int:
    """Have the relay publish everything (or what was recorded from ``since`` on) once more, in
    order.

    Consumers know the events by their ids and apply none twice. Returns the number of events.
    """
    where, values = ("", ()) if since is None else (_SINCE, (since,))
    statement = f"UPDATE outbox SET published_at = NULL WHERE published_at IS NOT NULL{where}"  # noqa: S608
    async with database.pool.transaction() as conn:
        await conn.driver.execute("SET LOCAL statement_timeout = 0")
        done = await conn.driver.execute(statement, *values, timeout=_PATIENCE)
    database.on_commit()
    return int(done.rpartition(" ")[2])


async def republish_all(database: Database, bus: Bus) -> int:
    """Have the relay publish everything once more, as `republish` does, and nothing before it: what
    stands in a log that was made anew is deleted. A producer that was cut off from the log that was
    lost may have sent it there, without what it follows.

    Raises:
        TimeoutError: the relay does not yield.
    """
    async with in_the_relays_place(engine_dsn(database.engine)) as session:
        await session.execute("SET statement_timeout = 0")
        published = dict(await session.fetch(_PUBLISHED, timeout=_PATIENCE))
        await bus.delete_before(await _made_anew(bus, published))
        return await republish(database)


async def _made_anew(bus: Bus, published: Mapping[str, int]) -> Mapping[TopicPartition, int]:
    """Return the ends of topics that were never given as much as was published into them."""
    ends, given = await bus.end_offsets(published), Counter[str]()
    for place, end in ends.items():
        given[place.topic] += end
    return {
        place: end
        for place, end in ends.items()
        if end and given[place.topic] < published[place.topic]
    }


async def publish_anew(
    database: Database, bus: Bus, topics: Collection[str]
) -> Mapping[TopicPartition, int]:
    """Publish all events of these topics once more, in order and in the place of the relay; return
    where they begin in the log, which says nothing before that it does not say behind it. What is
    recorded meanwhile waits.

    Raises:
        TimeoutError: the relay does not yield.
    """
    relay = Relay(database.engine, bus)
    async with in_the_relays_place(engine_dsn(database.engine)) as session:
        begins = await bus.end_offsets(topics)
        await session.execute("SET statement_timeout = 0")
        await session.execute(
            "UPDATE outbox SET published_at = NULL"
            " WHERE published_at IS NOT NULL AND topic = ANY($1)",
            sorted(topics),
            timeout=_PATIENCE,
        )
        last = await session.fetchval("SELECT max(seq) FROM outbox WHERE published_at IS NULL")
        while await session.fetchval(_WAITING, last):
            await relay.step(session)
    return begins
