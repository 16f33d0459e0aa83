"""The bus on Apache Kafka: an idempotent producer, groups of the broker, the admin API.

Publishing keeps an order that a retry cannot break: of each partition one batch is on its way at a
time, and what stands behind a batch that failed is not sent. After an error the producer is made
anew, so that nothing of it lingers.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka import TopicPartition as Place
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import (
    CommitFailedError,
    IllegalGenerationError,
    KafkaError,
    RebalanceInProgressError,
    TopicAlreadyExistsError,
    UnknownMemberIdError,
    for_code,
)

from shared.bus.kafka_group import GroupMember
from shared.bus.kafka_reader import LogReader
from shared.bus.partitioner import partition_of
from shared.bus.port import GroupBusy, Message, Record, RecordHandler, TopicPartition
from shared.bus.topics import Topic

_REQUEST_MS = 10_000
_PUBLISH_SECONDS = 30.0
_LOOK_SECONDS = 0.05
#: Half of what a broker takes as one batch by default.
_BATCH_BYTES = 512 * 1024
#: What a broker answers to a commit from outside a group that has members.
_GROUP_AT_WORK = (
    CommitFailedError,
    IllegalGenerationError,
    RebalanceInProgressError,
    UnknownMemberIdError,
)


class KafkaBus:
    """The bus on the brokers that ``connection`` names (`aiokafka`'s arguments for any client).

    ``batch`` is how many records a handler gets at most, ``partitions`` and ``replication`` are
    for topics it creates.
    """

    def __init__(
        self,
        connection: Mapping[str, Any],
        *,
        partitions: int = 4,
        replication: int = 1,
        batch: int = 500,
    ) -> None:
        self.connection = dict(connection)
        self.partitions = partitions
        self.replication = replication
        self.batch = batch
        self._producer: AIOKafkaProducer | None = None
        self._reader = LogReader(self.connection)
        self._publishing = asyncio.Lock()
        self._administration: AIOKafkaAdminClient | None = None
        self._asking = asyncio.Lock()

    async def create_topics(self, topics: Iterable[str]) -> None:
        """Create the topics that are missing; existing ones keep their partitions."""
        await self.declare([Topic(name) for name in sorted(set(topics))])

    async def declare(self, topics: Sequence[Topic]) -> list[str]:
        """Create the topics that are missing, each with its retention; return their names."""
        async with self._admin() as admin:
            present = set(await admin.list_topics())
            missing = [each for each in topics if each.name not in present]
            if missing:
                response = await admin.create_topics(
                    [self._new_topic(each) for each in missing], timeout_ms=_REQUEST_MS
                )
                _raise_refusals(response.topic_errors)
                await _until_known(admin, [each.name for each in missing])
            return [each.name for each in missing]

    async def publish(self, messages: Sequence[Message]) -> None:
        """Append the messages; returns when all replicas that must have them do."""
        if not messages:
            return
        async with self._publishing:
            producer = await self._started()
            try:
                async with asyncio.timeout(_PUBLISH_SECONDS):
                    await self._send(producer, messages)
            except BaseException:
                self._producer = None
                await _abandon(producer)
                raise

    async def consume(
        self, topics: Iterable[str], group: str, handler: RecordHandler, stop: asyncio.Event
    ) -> None:
        """Hand records to ``handler`` until ``stop`` is set; see the port."""
        await GroupMember(self.connection, sorted(set(topics)), group, handler, self.batch).run(
            stop
        )

    async def end_offsets(self, topics: Iterable[str]) -> dict[TopicPartition, int]:
        """Return for every partition the offset the next record will get."""
        return await self._reader.end_offsets(await self._places(topics))

    async def committed(self, group: str) -> dict[TopicPartition, int]:
        """Return the positions a group has committed."""
        async with self._admin() as admin:
            found = await admin.list_consumer_group_offsets(group)
        return {
            TopicPartition(place.topic, place.partition): position.offset
            for place, position in found.items()
            if position.offset >= 0
        }

    async def rewind(self, group: str, topics: Iterable[str]) -> None:
        """Have a group read topics from the beginning of the log; see the port."""
        places = await self._places(topics)
        if not places:
            return
        # A member on its own, outside the group's rounds: only an empty group lets it commit.
        member = AIOKafkaConsumer(**self.connection, group_id=group, enable_auto_commit=False)
        try:
            await member.start()
            member.assign(places)
            await member.commit(dict.fromkeys(places, 0))
        except _GROUP_AT_WORK as error:
            raise GroupBusy(group) from error
        finally:
            await member.stop()

    async def read(
        self, topic: str, partition: int, from_offset: int, limit: int
    ) -> Sequence[Record]:
        """Return records from an offset on; empty at the end of the log."""
        return await self._reader.read(topic, partition, from_offset, limit)

    async def close(self) -> None:
        """Give the connections back."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await _abandon(producer)
        admin, self._administration = self._administration, None
        if admin is not None:
            await admin.close()
        await self._reader.close()

    # -- publishing --------------------------------------------------------------------------

    async def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                **self.connection,
                acks="all",
                enable_idempotence=True,
                max_batch_size=_BATCH_BYTES,
                request_timeout_ms=_REQUEST_MS,
            )
            try:
                await producer.start()
            except BaseException:
                await _abandon(producer)
                raise
            self._producer = producer
        return self._producer

    async def _send(self, producer: AIOKafkaProducer, messages: Sequence[Message]) -> None:
        queues: dict[TopicPartition, list[Message]] = defaultdict(list)
        counts = {name: await _count(producer, name) for name in {m.topic for m in messages}}
        for message in messages:
            number = partition_of(message.key, counts[message.topic])
            queues[TopicPartition(message.topic, number)].append(message)
        async with asyncio.TaskGroup() as group:
            for place, queue in queues.items():
                group.create_task(_send_in_order(producer, place, queue))

    # -- administration ----------------------------------------------------------------------

    @asynccontextmanager
    async def _admin(self) -> AsyncIterator[AIOKafkaAdminClient]:
        """Lend the client of the admin API; after an error the next one is made anew."""
        async with self._asking:
            admin = self._administration
            try:
                if admin is None:
                    admin = AIOKafkaAdminClient(**self.connection, request_timeout_ms=_REQUEST_MS)
                    await admin.start()
                    self._administration = admin
                yield admin
            except BaseException:
                self._administration = None
                if admin is not None:
                    await admin.close()
                raise

    async def _places(self, topics: Iterable[str]) -> list[Place]:
        async with self._admin() as admin:
            described = await admin.describe_topics(sorted(set(topics)))
        return [
            Place(topic["topic"], each["partition"])
            for topic in described
            for each in topic["partitions"]
        ]

    def _new_topic(self, topic: Topic) -> NewTopic:
        return NewTopic(
            topic.name, self.partitions, self.replication, topic_configs=topic.configuration()
        )


async def _count(producer: AIOKafkaProducer, topic: str) -> int:
    return len(await producer.partitions_for(topic))


async def _send_in_order(
    producer: AIOKafkaProducer, place: TopicPartition, messages: Sequence[Message]
) -> None:
    """Send one batch after the other, each when the one before is acknowledged."""
    batch, held = producer.create_batch(), 0
    for message in messages:
        if held and not _append(batch, message):
            await _sent(producer, batch, place)
            batch, held = producer.create_batch(), 0
        if not held:
            _append(batch, message)  # a batch takes its first record whatever its size
        held += 1
    await _sent(producer, batch, place)


def _append(batch: Any, message: Message) -> bool:
    headers = [(name, value.encode()) for name, value in message.headers.items()]
    metadata = batch.append(
        key=message.key.encode(), value=message.value, timestamp=None, headers=headers
    )
    return metadata is not None


async def _sent(producer: AIOKafkaProducer, batch: Any, place: TopicPartition) -> None:
    batch.close()
    acknowledged = await producer.send_batch(batch, place.topic, partition=place.partition)
    await acknowledged


async def _abandon(producer: AIOKafkaProducer) -> None:
    """Stop a producer without waiting for what it may still hold."""
    try:
        async with asyncio.timeout(2):
            await producer.stop()
    except (TimeoutError, KafkaError, OSError):
        producer._closed = True  # it would complain that nobody closed it
        await producer.client.close()


async def _until_known(admin: AIOKafkaAdminClient, topics: list[str]) -> None:
    """A topic is created before every broker knows of it and its partitions have leaders."""
    async with asyncio.timeout(_REQUEST_MS / 1000):
        while not all(map(_has_leaders, await admin.describe_topics(topics))):  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_SECONDS)


def _has_leaders(topic: Mapping[str, Any]) -> bool:
    partitions = topic["partitions"]
    return bool(partitions) and not any(each["error_code"] for each in partitions)


def _raise_refusals(errors: Iterable[Sequence[Any]]) -> None:
    for name, code, *details in errors:
        refusal = for_code(code)
        if code and refusal is not TopicAlreadyExistsError:
            raise refusal(f"topic {name}: {' '.join(str(each) for each in details if each)}")
