"""The floor of the stream: a bare producer and a bare consumer of aiokafka, one record an event."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from tests.bench.loading import steadily


async def floor(
    brokers: str, topic: str, values: Sequence[bytes], rate: int, each: int, seconds: float
) -> list[float]:
    """Return how long each record took from the producer to the consumer, in milliseconds;
    ``each`` of them are sent together."""
    sent: dict[bytes, float] = {}
    taken: list[float] = []
    times = int(rate * seconds / each)
    async with _clients(brokers, topic) as (producer, consumer):

        async def consume() -> None:
            async for record in consumer:
                taken.append((time.perf_counter() - sent[record.key]) * 1000)
                if len(taken) == times * each:
                    return

        async def produce(number: int) -> None:
            now = time.perf_counter()
            for place in range(each):
                key = b"%d.%d" % (number, place)
                sent[key] = now
                await producer.send(topic, values[number % len(values)], key)

        consuming = asyncio.ensure_future(consume())
        await steadily(produce, rate / each, times)
        await asyncio.wait_for(consuming, 60)
    return taken


@asynccontextmanager
async def _clients(
    brokers: str, topic: str
) -> AsyncIterator[tuple[AIOKafkaProducer, AIOKafkaConsumer]]:
    producer = AIOKafkaProducer(bootstrap_servers=brokers, acks="all", enable_idempotence=True)
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=brokers)
    await producer.start()
    await consumer.start()
    await consumer.seek_to_end()
    try:
        yield producer, consumer
    finally:
        await consumer.stop()
        await producer.stop()
