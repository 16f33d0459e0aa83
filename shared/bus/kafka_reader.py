"""Reading the log of Kafka without a group: ends of partitions, and records from an offset on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka import TopicPartition as Place

from shared.bus.port import Record, TopicPartition

#: How long a broker may take to answer any client of ours.
REQUEST_MS = 10_000
_READ_SECONDS = 30.0
_POLL_MS = 500
_LAST_MS = 253_402_300_799_000  # the end of the year 9999


def record_of(found: ConsumerRecord) -> Record:
    """Return a record of the port; what other producers wrote may be anything."""
    return Record(
        found.topic,
        found.partition,
        found.offset,
        _text(found.key),
        found.value or b"",
        {name: _text(value) for name, value in found.headers},
        datetime.fromtimestamp(min(max(0, found.timestamp), _LAST_MS) / 1000, UTC),
    )


def _text(raw: bytes | None) -> str:
    return "" if raw is None else raw.decode("utf-8", "backslashreplace")


class LogReader:
    """One consumer outside any group, opened at its first use and used by one caller at a time."""

    def __init__(self, connection: Mapping[str, Any]) -> None:
        self._connection = connection
        self._turn = asyncio.Lock()
        self._consumer: AIOKafkaConsumer | None = None
        self._place: Place | None = None

    async def end_offsets(self, places: Sequence[Place]) -> dict[TopicPartition, int]:
        """Return the offset the next record of each partition will get."""
        if not places:
            return {}
        async with self._lent() as consumer:
            ends = await consumer.end_offsets(places)
        return {TopicPartition(each.topic, each.partition): end for each, end in ends.items()}

    async def read(self, topic: str, partition: int, offset: int, limit: int) -> Sequence[Record]:
        """Return up to ``limit`` records of a partition; empty at its end."""
        place = Place(topic, partition)
        async with self._lent() as consumer, asyncio.timeout(_READ_SECONDS):
            end = (await consumer.end_offsets([place]))[place]
            if offset >= end:
                return []
            await self._stand_at(consumer, place, offset)
            found: Sequence[ConsumerRecord] = ()
            # The last offsets may hold no record: marks of other producers' transactions.
            while not found and await consumer.position(place) < end:
                polled = await consumer.getmany(place, timeout_ms=_POLL_MS, max_records=limit)
                found = polled.get(place, ())
        return [record_of(each) for each in found]

    async def close(self) -> None:
        """Close the consumer."""
        async with self._turn:
            await self._drop()

    @asynccontextmanager
    async def _lent(self) -> AsyncIterator[AIOKafkaConsumer]:
        """Lend the consumer; after an error the next one is opened anew."""
        async with self._turn:
            try:
                if self._consumer is None:
                    self._consumer = AIOKafkaConsumer(
                        **self._connection,
                        group_id=None,
                        enable_auto_commit=False,
                        auto_offset_reset="earliest",
                        isolation_level="read_committed",
                        request_timeout_ms=REQUEST_MS,
                    )
                    await self._consumer.start()
                yield self._consumer
            except BaseException:
                await self._drop()
                raise

    async def _stand_at(self, consumer: AIOKafkaConsumer, place: Place, offset: int) -> None:
        if self._place != place:
            consumer.assign([place])
            self._place = place
            consumer.seek(place, offset)
        elif await consumer.position(place) != offset:
            consumer.seek(place, offset)

    async def _drop(self) -> None:
        consumer, self._consumer, self._place = self._consumer, None, None
        if consumer is not None:
            await consumer.stop()
