"""The bus on Apache Kafka: what publishes, what reads and what administers, behind the port."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from shared.bus.kafka_admin import Administration
from shared.bus.kafka_group import GroupMember
from shared.bus.kafka_publisher import Publisher
from shared.bus.kafka_reader import LogReader
from shared.bus.port import Message, Record, RecordHandler, TopicPartition
from shared.bus.topics import PARTITIONS, Topic


class KafkaBus:
    """The bus on the brokers that ``connection`` names (`aiokafka`'s arguments for any client).

    ``batch`` is how many records a handler gets at most, ``partitions`` (of busy topics)
    and ``replication`` (three, or as many as there are brokers) are for topics it creates.
    """

    def __init__(
        self,
        connection: Mapping[str, Any],
        *,
        partitions: int = PARTITIONS,
        replication: int | None = None,
        batch: int = 500,
    ) -> None:
        self.connection = dict(connection)
        self.partitions = partitions
        self.replication = replication
        self.batch = batch
        self._publisher = Publisher(self.connection)
        self._reader = LogReader(self.connection)
        self._administration = Administration(self.connection)

    async def create_topics(self, topics: Iterable[str]) -> None:
        """Create the topics that are missing; existing ones keep their partitions."""
        await self.declare([Topic(name) for name in sorted(set(topics))])

    async def declare(self, topics: Sequence[Topic]) -> list[str]:
        """Create the topics that are missing, each with its retention; return their names."""
        return await self._administration.declare(topics, self.partitions, self.replication)

    async def differing(self, topics: Sequence[Topic]) -> dict[str, dict[str, str]]:
        """Return the settings of present topics that are not as declared, by topic."""
        return await self._administration.differing(topics)

    async def publish(self, messages: Sequence[Message]) -> None:
        """Append the messages; returns when all replicas that must have them do."""
        if messages:
            await self._publisher.publish(messages)

    async def consume(
        self,
        topics: Iterable[str],
        group: str,
        handler: RecordHandler,
        stop: asyncio.Event,
        *,
        pace: float = 0.0,
    ) -> None:
        """Hand records to ``handler`` until ``stop`` is set; see the port."""
        wanted = sorted(set(topics))
        member = GroupMember(self.connection, wanted, group, handler, self.batch, pace)
        await member.run(stop)

    async def end_offsets(self, topics: Iterable[str]) -> dict[TopicPartition, int]:
        """Return for every partition the offset the next record will get."""
        return await self._reader.end_offsets(await self._administration.places(topics))

    async def committed(self, group: str) -> dict[TopicPartition, int]:
        """Return the positions a group has committed."""
        return await self._administration.committed(group)

    async def rewind(self, group: str, topics: Iterable[str]) -> None:
        """Have a group read topics from the beginning of the log; see the port."""
        if places := await self._administration.places(topics):
            await self._administration.rewind(group, places)

    async def read(
        self, topic: str, partition: int, from_offset: int, limit: int
    ) -> Sequence[Record]:
        """Return records from an offset on; empty at the end of the log."""
        return await self._reader.read(topic, partition, from_offset, limit)

    @asynccontextmanager
    async def new_files(self, topics: Collection[str]) -> AsyncIterator[None]:
        """Have what is published next begin a new file in each partition, so that those before it
        can be deleted."""
        ordinary = await self._administration.roll_soon(topics)
        try:
            yield
        finally:
            await self._administration.configure(ordinary)

    async def delete_before(self, begins: Mapping[TopicPartition, int]) -> None:
        """Delete what stands before these offsets; see the port. Its files go when the brokers look
        after them next, those that hold nothing else."""
        await self._administration.delete_before(begins)

    async def close(self) -> None:
        """Give the connections back."""
        await self._publisher.close()
        await self._administration.close()
        await self._reader.close()
