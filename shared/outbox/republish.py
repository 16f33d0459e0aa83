"""Fills a bus whose log was lost: the outbox keeps all events and can publish them again."""

from __future__ import annotations

from datetime import datetime

from shared.db.unit_of_work import Database

#: Seconds for the one statement that takes the marks away, however long the outbox is.
_PATIENCE = 3600

# By ``seq``, not by time alone: of two versions of an aggregate the later one may carry a time
# that is a little earlier, and must not stay away.
_SINCE = " AND seq >= (SELECT min(seq) FROM outbox WHERE occurred_at >= $1)"


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
