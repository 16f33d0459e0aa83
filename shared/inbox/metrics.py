"""Measures of the consumers: how far they are behind, what is parked, what was skipped."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import sqlalchemy as sa
from prometheus_client import Counter as Count
from prometheus_client import Gauge

from shared.bus.port import Bus, TopicPartition
from shared.db.unit_of_work import Database
from shared.inbox.arrival import Reason
from shared.inbox.consumer import Consumer

LAG = Gauge("crm_consumer_lag", "Events on the bus not handled yet.", ["consumer", "topic"])
PARKED = Gauge("crm_parked_events", "Events waiting for an operator.", ["consumer", "reason"])

SKIPPED = Count(
    "crm_skipped_events", "Events of types this release does not know.", ["consumer", "topic"]
)

_PARKED = sa.text(
    "SELECT reason, count(*) FROM parked WHERE consumer = :consumer AND resolved_at IS NULL"
    " GROUP BY reason"
)


class Unread(NamedTuple):
    """What a consumer has before it in a partition: from which position on, and how much."""

    position: int
    records: int


async def unread(bus: Bus, consumer: Consumer) -> dict[TopicPartition, Unread]:
    """Return the partitions the consumer has not read to their ends; sets the gauge per topic."""
    ends = await bus.end_offsets(consumer.topics)
    committed = await bus.committed(consumer.name)
    lag: Counter[str] = Counter(dict.fromkeys(consumer.topics, 0))
    found: dict[TopicPartition, Unread] = {}
    for place, end in ends.items():
        position = committed.get(place, 0)
        if end > position:
            found[place] = Unread(position, end - position)
            lag[place.topic] += end - position
    for topic, behind in lag.items():
        LAG.labels(consumer.name, topic).set(behind)
    return found


async def sample_parked(database: Database, consumer: Consumer) -> dict[str, int]:
    """Return per reason how many events are parked; sets the gauge."""
    async with database.reading() as conn:
        rows = (await conn.execute(_PARKED, {"consumer": consumer.name})).all()
    found = dict.fromkeys((reason.value for reason in Reason), 0) | {row[0]: row[1] for row in rows}
    for reason, count in found.items():
        PARKED.labels(consumer.name, reason).set(count)
    return {reason: count for reason, count in found.items() if count}
