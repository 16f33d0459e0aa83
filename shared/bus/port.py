"""What Kehu asks of a bus: ordered partitions, durable publishing, groups that commit offsets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from shared.bus.topics import Topic


@dataclass(frozen=True, slots=True)
class Message:
    """What is published. ``key`` decides the partition, so one key stays in order."""

    topic: str
    key: str
    value: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Record:
    """A message at its place in the log."""

    topic: str
    partition: int
    offset: int
    key: str
    value: bytes
    headers: Mapping[str, str]
    timestamp: datetime


class TopicPartition(NamedTuple):
    """The address of a partition."""

    topic: str
    partition: int


class LogMadeAnew(ConnectionError):
    """The log is not the one that was written to before: what it held is gone."""


class GroupBusy(Exception):
    """The group has members: its positions are theirs."""


RecordHandler = Callable[[Sequence[Record]], Awaitable[None]]


class Bus(Protocol):
    """The port. Implementations raise OSError or their driver's errors when the bus is away."""

    async def create_topics(self, topics: Iterable[str]) -> None:
        """Create the topics that are missing, as busy ones; existing ones keep their partitions."""

    async def declare(self, topics: Sequence[Topic]) -> Sequence[str]:
        """Create the topics that are missing, as they are declared; return their names."""

    async def publish(self, messages: Sequence[Message]) -> None:
        """Append the messages, in order per key; they are durable when this returns.

        After an error any of them may have been appended: publish them again, in order.
        """

    async def consume(
        self,
        topics: Iterable[str],
        group: str,
        handler: RecordHandler,
        stop: asyncio.Event,
        *,
        pace: float = 0.0,
    ) -> None:
        """Hand the records of ``topics`` to ``handler`` until ``stop`` is set.

        The members of a group share the partitions. ``handler`` gets records of one or several
        partitions, each in order, and is called for other partitions meanwhile; when it has
        returned, the position behind them is committed soon, and only then. When it raises, the
        same records come again after a pause, for ever. A record may come twice after a crash or
        when a partition changes hands.

        While records come a few at a time, those of ``pace`` seconds may be gathered into one call;
        the first after a quiet time is not kept waiting.

        Lost connections are mended inside. Returns after the batches at hand are finished.
        """

    async def end_offsets(self, topics: Iterable[str]) -> dict[TopicPartition, int]:
        """Return for every partition the offset the next record will get."""

    async def committed(self, group: str) -> dict[TopicPartition, int]:
        """Return the positions a group has committed: the offset it will read next."""

    async def rewind(self, group: str, topics: Iterable[str]) -> None:
        """Have a group read topics from the beginning of the log, wherever it had come to.

        Raises:
            GroupBusy: it has members; they must leave first.
        """

    async def read(
        self, topic: str, partition: int, from_offset: int, limit: int
    ) -> Sequence[Record]:
        """Return records from an offset on, without any group; empty at the end of the log."""

    async def delete_before(self, begins: Mapping[TopicPartition, int]) -> None:
        """Delete what stands before these offsets: nobody reads it again, and offsets go on."""

    async def close(self) -> None:
        """Give connections back. Consumers must have been stopped."""
