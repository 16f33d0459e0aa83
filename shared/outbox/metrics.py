"""Gauges of the outbox."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa
from prometheus_client import Gauge

from shared.db.unit_of_work import Database

UNPUBLISHED = Gauge(
    "crm_outbox_unpublished", "Events in the outbox that are not on the bus yet.", ["service"]
)
OLDEST = Gauge(
    "crm_outbox_oldest_seconds", "Age of the oldest event not on the bus yet.", ["service"]
)

_SAMPLE = sa.text(
    "SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(occurred_at)), 0),"
    " min(seq) FROM outbox WHERE published_at IS NULL"
)


class Unpublished(NamedTuple):
    """How many events wait, and the ``seq`` of the oldest of them."""

    events: int
    oldest: int | None


async def sample_outbox(database: Database) -> Unpublished:
    """Set the gauges of a service; return what waits in its outbox."""
    async with database.reading() as conn:
        count, age, oldest = (await conn.execute(_SAMPLE)).one()
    UNPUBLISHED.labels(database.service).set(count)
    OLDEST.labels(database.service).set(max(0.0, float(age)))
    return Unpublished(int(count), oldest)
