"""Fills a bus whose log was lost: the outbox keeps all events and can publish them again."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from shared.db.unit_of_work import Database


async def republish(database: Database, since: datetime | None = None) -> int:
    """Have the relay publish everything (or what occurred from ``since`` on) once more, in order.

    Consumers know the events by their ids and apply none twice. Returns the number of events.
    """
    where = "" if since is None else " AND occurred_at >= :since"
    statement = sa.text(
        f"UPDATE outbox SET published_at = NULL WHERE published_at IS NOT NULL{where}"  # noqa: S608
    )
    async with database.pool.transaction() as conn:
        await conn.execute(sa.text("SET LOCAL statement_timeout = 0"))
        result = await conn.execute(statement, {} if since is None else {"since": since})
    database.on_commit()
    return int(result.rowcount)
