"""Publishing to Kafka in an order that a retry cannot break.

Of each partition one batch is on its way at a time, and what stands behind a batch that failed is
not sent. After an error the producer is thrown away with all it held (docs/decisions/0006).
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer

from shared.bus.kafka_reader import REQUEST_MS
from shared.bus.partitioner import partition_of
from shared.bus.port import LogMadeAnew, Message, TopicPartition

_PUBLISH_SECONDS = 30.0
#: Half of what a broker takes as one batch by default.
_BATCH_BYTES = 512 * 1024


class Publisher:
    """One idempotent producer at a time, used by one caller at a time."""

    def __init__(self, connection: Mapping[str, Any]) -> None:
        self._connection = connection
        self._turn = asyncio.Lock()
        self._producer: AIOKafkaProducer | None = None
        self._ends: dict[TopicPartition, int] = {}

    async def publish(self, messages: Sequence[Message]) -> None:
        """Append the messages; returns when all replicas that must have them do.

        Raises:
            LogMadeAnew: they stand before others that were acknowledged earlier.
        """
        async with self._turn:
            producer = await self._started()
            try:
                async with asyncio.timeout(_PUBLISH_SECONDS):
                    await self._send(producer, messages)
            except BaseException:
                self._producer = None
                await asyncio.shield(_abandon(producer))
                raise

    async def close(self) -> None:
        """Give the connections back."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await _abandon(producer)

    async def _send(self, producer: AIOKafkaProducer, messages: Sequence[Message]) -> None:
        queues: dict[TopicPartition, list[Message]] = defaultdict(list)
        counts = {name: await _count(producer, name) for name in {m.topic for m in messages}}
        for message in messages:
            number = partition_of(message.key, counts[message.topic])
            queues[TopicPartition(message.topic, number)].append(message)
        async with asyncio.TaskGroup() as group:
            sending = {
                place: group.create_task(_send_in_order(producer, place, queue))
                for place, queue in queues.items()
            }
        self._compare({place: task.result() for place, task in sending.items()})

    def _compare(self, ends: Mapping[TopicPartition, int]) -> None:
        """Offsets only grow, unless the log was lost while nobody looked."""
        known = {place: end for place, end in ends.items() if end >= 0}  # not told of repeats
        lost = [place for place, end in known.items() if end <= self._ends.get(place, -1)]
        self._ends |= known
        if lost:
            raise LogMadeAnew(", ".join(sorted({place.topic for place in lost})))

    async def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                **self._connection,
                acks="all",
                enable_idempotence=True,
                max_batch_size=_BATCH_BYTES,
                request_timeout_ms=REQUEST_MS,
            )
            try:
                async with asyncio.timeout(_PUBLISH_SECONDS):
                    await producer.start()
            except BaseException:
                await _abandon(producer)
                raise
            self._producer = producer
        return self._producer


async def _count(producer: AIOKafkaProducer, topic: str) -> int:
    return len(await producer.partitions_for(topic))


async def _send_in_order(
    producer: AIOKafkaProducer, place: TopicPartition, messages: Sequence[Message]
) -> int:
    """Send one batch after the other, each when the one before is acknowledged; return the offset
    of the last batch."""
    batch, held = producer.create_batch(), 0
    for message in messages:
        if held and not _append(batch, message):
            await _sent(producer, batch, place)
            batch, held = producer.create_batch(), 0
        if not held:
            _append(batch, message)  # a batch takes its first record whatever its size
        held += 1
    return await _sent(producer, batch, place)


def _append(batch: Any, message: Message) -> bool:
    headers = [(name, value.encode()) for name, value in message.headers.items()]
    metadata = batch.append(
        key=message.key.encode(), value=message.value, timestamp=None, headers=headers
    )
    return metadata is not None


async def _sent(producer: AIOKafkaProducer, batch: Any, place: TopicPartition) -> int:
    batch.close()
    acknowledged = await producer.send_batch(batch, place.topic, partition=place.partition)
    return int((await acknowledged).offset)


async def _abandon(producer: AIOKafkaProducer) -> None:
    """Stop a producer at once.

    Its own ``stop`` waits until all it holds is delivered, and an idempotent one never gives up:
    long after the relay sent the same events again, it would still be sending.
    """
    producer._closed = True
    sender = producer._sender.sender_task
    if sender is not None:
        sender.cancel()
    await producer.client.close()
    if sender is not None:
        await asyncio.wait({sender}, timeout=REQUEST_MS / 1000)
