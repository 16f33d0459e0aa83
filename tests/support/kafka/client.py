"""A plain client for tests of the cluster itself: one topic with one partition."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

PLACE = TopicPartition("readings", 0)


@asynccontextmanager
async def administrator(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    """Whoever creates and lists topics."""
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await client.start()
    try:
        yield client
    finally:
        await client.close()


async def create_topic(bootstrap: str, copies: int) -> None:
    """Create the topic, each record held so many times."""
    async with administrator(bootstrap) as client:
        answer = await client.create_topics([NewTopic(PLACE.topic, 1, copies)])
    assert [error for _, error, *_ in answer.topic_errors] == [0], answer


async def topics(bootstrap: str) -> list[str]:
    """The names of all topics."""
    async with administrator(bootstrap) as client:
        return [str(name) for name in await client.list_topics()]


async def forget_topics(bootstrap: str) -> None:
    """Delete all topics, and with them what groups had committed. They are gone when this returns:
    one that is made anew at once may else be answered for by the old one."""
    async with administrator(bootstrap) as client, asyncio.timeout(30):
        while names := [name for name in await client.list_topics() if not name.startswith("__")]:
            await client.delete_topics(names)
            await asyncio.sleep(0.05)


@asynccontextmanager
async def producing(bootstrap: str) -> AsyncIterator[AIOKafkaProducer]:
    """A producer that counts only what all replicas in sync have."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def send(producer: AIOKafkaProducer, values: Iterable[bytes]) -> None:
    """Send one after the other; all are acknowledged when this returns."""
    for value in values:
        await producer.send_and_wait(PLACE.topic, value)


async def all_records(bootstrap: str) -> list[bytes]:
    """Everything in the topic, up to its present end."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign([PLACE])
        await consumer.seek_to_beginning(PLACE)
        end = (await consumer.end_offsets([PLACE]))[PLACE]
        return [(await consumer.getone()).value for _ in range(end)]
    finally:
        await consumer.stop()
