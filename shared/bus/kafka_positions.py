"""How far a member of a consumer group has come, committed behind the handlers.

A commit is a round trip and a record in the broker's log, so a busy member commits several batches
together. A position stands for what is finished: after a crash records come twice, none is lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError

log = structlog.get_logger("kehu.bus")

#: The first position is committed at once, those of so long a time after it together.
PACE_SECONDS = 0.1
#: What a commit raises when the partition is another member's by now; its records come twice.
_NOT_OURS = (CommitFailedError, IllegalStateError)


class Positions:
    """The positions of one consumer: noted as batches are finished, committed by ``run``."""

    def __init__(self, consumer: AIOKafkaConsumer, group: str) -> None:
        self._consumer = consumer
        self._group = group
        self._due: dict[TopicPartition, int] = {}
        self._committed: dict[TopicPartition, int] = {}
        self._wake = asyncio.Event()
        self._turn = asyncio.Lock()

    def finished(self, positions: Mapping[TopicPartition, int]) -> None:
        """Note that what stands before these positions is finished."""
        self._due |= positions
        self._wake.set()

    def behind(self, place: TopicPartition, position: int) -> bool:
        """Say whether less than ``position`` is committed or about to be."""
        return position > max(self._due.get(place, 0), self._committed.get(place, 0))

    def forget(self) -> None:
        """Partitions changed hands: nothing is known of what others committed."""
        self._due.clear()
        self._committed.clear()

    async def run(self) -> None:
        """Commit what is noted, for ever; raises what the brokers answer."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self.commit()
            await asyncio.sleep(PACE_SECONDS)

    async def commit(self) -> None:
        """Commit what is noted by now, as far as the partitions are still ours."""
        async with self._turn:
            ours = self._consumer.assignment()
            due = {place: each for place, each in self._due.items() if place in ours}
            self._due.clear()
            if not due:
                return
            try:
                await self._consumer.commit(due)
                self._committed |= due
            except _NOT_OURS as error:
                log.info("position not committed", group=self._group, error=repr(error)[:300])
