"""One process's membership in a consumer group of Kafka.

Offsets are committed by hand, behind what the handler finished (``kafka_positions``). What fails is
read again after a pause, while the other partitions go on. A partition that changes hands waits for
the batch at hand; should that take too long, its records come twice, which the port allows.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError

from shared.bus.kafka_positions import Positions
from shared.bus.kafka_reader import REQUEST_MS, record_of
from shared.bus.port import RecordHandler
from shared.pacing import Backoff, wait_for

log = structlog.get_logger("kehu.bus")

#: Partitions of one member handled at the same time.
PARALLEL = 4
POLL_MS = 1000
SESSION_MS = 10_000
#: How long a partition that is to be handed over waits for the batch at hand.
HANDOVER_SECONDS = 5.0
#: Records that were fetched and not asked for yet hold up the next fetch for so long. Then the
#: client fetches without their partitions, half a second long where nothing else comes, and what
#: is new in the busy ones waits.
_UNREAD_SECONDS = 5.0

_Polled = Mapping[TopicPartition, Sequence[ConsumerRecord]]


class GroupMember:
    """Reads the partitions the group gives it and hands their records on, until told to stop."""

    def __init__(
        self,
        connection: Mapping[str, Any],
        topics: Sequence[str],
        group: str,
        handler: RecordHandler,
        batch: int,
        pace: float = 0.0,
    ) -> None:
        self._connection = connection
        self._topics = topics
        self._group = group
        self._handler = handler
        self._batch = batch
        self._pace = pace
        self._backoff = Backoff()

    async def run(self, stop: asyncio.Event) -> None:
        """Consume; after a lost connection connect anew, for ever."""
        while not stop.is_set():
            consumer = AIOKafkaConsumer(
                **self._connection,
                group_id=self._group,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                # Other systems may write in transactions; what they take back never happened.
                isolation_level="read_committed",
                request_timeout_ms=REQUEST_MS,
                session_timeout_ms=SESSION_MS,
                heartbeat_interval_ms=SESSION_MS // 4,
            )
            try:
                await consumer.start()
                consumer._fetcher._prefetch_backoff = _UNREAD_SECONDS
                session = _Session(self._group, self._handler, self._batch, self._pace, consumer)
                await session.run(self._topics, stop, self._backoff)
            except Exception as error:
                log.warning("bus session lost", group=self._group, error=repr(error)[:300])
                await wait_for(stop, self._backoff.next())
            finally:
                await _leave(consumer)


class _Session(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    """What holds as long as one consumer lives: what is being handled, and what rests."""

    def __init__(
        self,
        group: str,
        handler: RecordHandler,
        batch: int,
        pace: float,
        consumer: AIOKafkaConsumer,
    ) -> None:
        self._group = group
        self._handler = handler
        self._batch = batch
        self._pace = pace
        self._consumer = consumer
        self._slots = asyncio.Semaphore(PARALLEL)
        self._idle = asyncio.Event()
        self._idle.set()
        self._resume_at: dict[TopicPartition, float] = {}
        self._failures: dict[TopicPartition, Backoff] = {}
        self._positions = Positions(consumer, group)

    async def run(self, topics: Sequence[str], stop: asyncio.Event, backoff: Backoff) -> None:
        """Consume until ``stop`` is set; raises what the brokers answer."""
        self._consumer.subscribe(topics, listener=self)
        stopping = asyncio.ensure_future(stop.wait())
        committing = asyncio.ensure_future(self._positions.run())
        try:
            while not stop.is_set():
                if committing.done():
                    committing.result()
                self._resume()
                if polled := await self._poll(stopping):
                    began = time.monotonic()
                    await self._handle_all(polled, stop)
                    rest = began + self._pace - time.monotonic()
                    if rest > 0 and sum(map(len, polled.values())) < self._batch:
                        await wait_for(stop, rest)
                else:
                    await self._step_over()
                backoff.reset()
            await self._commit()
        finally:
            stopping.cancel()
            committing.cancel()

    async def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        """Let the batches at hand finish and commit before others get their partitions."""
        if not await wait_for(self._idle, HANDOVER_SECONDS):
            log.warning("partitions handed over in the middle of a batch", group=self._group)
        await self._commit()

    async def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        """Let everything go on: what failed before is read again from what was committed."""
        self._resume_at = dict.fromkeys(self._resume_at, 0.0)
        self._positions.forget()

    async def _poll(self, stopping: asyncio.Future[Any]) -> _Polled:
        rest = min(self._resume_at.values(), default=float("inf")) - time.monotonic()
        timeout = max(10, min(POLL_MS, int(rest * 1000))) if rest < POLL_MS / 1000 else POLL_MS
        polling = asyncio.ensure_future(
            self._consumer.getmany(timeout_ms=timeout, max_records=self._batch * PARALLEL)
        )
        try:
            await asyncio.wait({polling, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if polling.done():
                found: _Polled = polling.result()
                return found
            return {}
        finally:
            polling.cancel()

    async def _handle_all(self, polled: _Polled, stop: asyncio.Event) -> None:
        self._idle.clear()
        try:
            async with asyncio.TaskGroup() as group:
                for share in self._shares(polled):
                    group.create_task(self._handle(share, stop))
        finally:
            self._idle.set()

    def _shares(self, polled: _Polled) -> Sequence[_Polled]:
        """A few records are one batch, wherever they come from; many are a batch a partition.

        What failed is tried alone, so that it holds up nothing else.
        """
        if sum(map(len, polled.values())) <= self._batch and not polled.keys() & self._failures:
            return [dict(sorted(polled.items()))]  # two members lock rows in the same order
        return [{place: records} for place, records in polled.items()]

    async def _handle(self, share: _Polled, stop: asyncio.Event) -> None:
        for start in range(0, max(map(len, share.values())), self._batch):
            batch = {place: found[start : start + self._batch] for place, found in share.items()}
            async with self._slots:
                if stop.is_set() and start:
                    return
                try:
                    await self._handler(
                        [record_of(each) for found in batch.values() for each in found]
                    )
                except Exception as error:
                    for place, found in batch.items():
                        self._rest(place, found[0].offset, error)
                    return
                for place in batch:
                    self._failures.pop(place, None)
                finished = {place: found[-1].offset + 1 for place, found in batch.items()}
                self._positions.finished(finished)

    async def _commit(self) -> None:
        """Commit what is finished; what cannot be in time comes twice."""
        with suppress(TimeoutError):
            async with asyncio.timeout(HANDOVER_SECONDS):
                await self._positions.commit()

    async def _step_over(self) -> None:
        """Commit behind offsets that hold no record: the marks of other producers' transactions."""
        for place in self._consumer.assignment() - self._resume_at.keys():
            try:
                async with asyncio.timeout(POLL_MS / 1000):
                    position = await self._consumer.position(place)
            except (TimeoutError, IllegalStateError):
                continue  # not known yet, or another member's by now
            if self._positions.behind(place, position):
                self._positions.finished({place: position})

    def _rest(self, place: TopicPartition, offset: int, error: Exception) -> None:
        """Have a partition read from ``offset`` again after a pause."""
        pause = self._failures.setdefault(place, Backoff()).next()
        log.warning(
            "records come again",
            group=self._group,
            topic=place.topic,
            partition=place.partition,
            offset=offset,
            error=repr(error)[:300],
        )
        with suppress(IllegalStateError):  # another member reads it from its committed offset
            self._consumer.seek(place, offset)
            self._consumer.pause(place)
            self._resume_at[place] = time.monotonic() + pause

    def _resume(self) -> None:
        now = time.monotonic()
        for place in [place for place, at in self._resume_at.items() if at <= now]:
            del self._resume_at[place]
            if place in self._consumer.assignment():
                self._consumer.resume(place)


async def _leave(consumer: AIOKafkaConsumer) -> None:
    """Leave the group, so that others need not wait for the session to end."""
    with suppress(TimeoutError, KafkaError, OSError):
        async with asyncio.timeout(5):
            await consumer.stop()
