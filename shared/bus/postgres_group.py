"""One process's membership in a group of the PostgreSQL bus.

A partition belongs to the session that holds its advisory lock: a process that dies frees its
partitions, and positions are committed through that very session, so an owner whose session was
lost cannot commit. Members count each other by a shared lock and keep a fair share each.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import structlog
from pydantic_core import from_json

from shared.bus.port import Record, RecordHandler
from shared.db.connection import advisory_key, close_session, open_session
from shared.pacing import Backoff, wait_for

log = structlog.get_logger("kehu.bus")

POLL_SECONDS = 1.0
#: Partitions of one member handled at the same time.
PARALLEL = 4

_PARTITIONS = "SELECT id, topic, partition FROM bus_partition WHERE topic = ANY($1) ORDER BY id"

_MEMBERS = """
SELECT count(*) FROM pg_locks
WHERE locktype = 'advisory' AND mode = 'ShareLock' AND granted AND objsubid = 1
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND (classid::bigint << 32 | objid::bigint) = $1
"""

_TAKE = """
SELECT id FROM unnest($1::int[], $2::bigint[]) AS wanted(id, key)
WHERE pg_try_advisory_lock(key) LIMIT $3
"""

_PENDING = """
SELECT p.id, coalesce(c.next_offset, 0)
FROM bus_partition AS p
LEFT JOIN bus_position AS c ON c.partition_id = p.id AND c.group_name = $2
WHERE p.id = ANY($1::int[]) AND p.next_offset > coalesce(c.next_offset, 0)
"""

_FETCH = """
SELECT "offset", key, value, headers, published_at FROM bus_record
WHERE partition_id = $1 AND "offset" >= $2 ORDER BY "offset" LIMIT $3
"""

# A position never goes back: a slow former owner must not undo its successor's progress.
_COMMIT = """
INSERT INTO bus_position AS c (group_name, partition_id, next_offset) VALUES ($1, $2, $3)
ON CONFLICT (group_name, partition_id) DO UPDATE
SET next_offset = excluded.next_offset, committed_at = clock_timestamp()
WHERE c.next_offset < excluded.next_offset
"""


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition as the log stores it."""

    id: int
    topic: str
    number: int


class Membership:
    """Reads the partitions it owns and hands their records on, until told to stop."""

    def __init__(
        self,
        dsn: str,
        channel: str,
        topics: frozenset[str],
        group: str,
        handler: RecordHandler,
        batch: int,
    ) -> None:
        self.dsn = dsn
        self.channel = channel
        self.topics = topics
        self.group = group
        self.handler = handler
        self.batch = batch
        self.slots = asyncio.Semaphore(PARALLEL)
        self._resume_at: dict[int, float] = {}
        self._failures: dict[int, Backoff] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Consume; after a lost connection connect anew, for ever."""
        backoff = Backoff()
        while not stop.is_set():
            try:
                session = await open_session(
                    self.dsn, f"kehu-bus {self.group}", synchronous_commit="off"
                )
                try:
                    await _Session(self, session, backoff).run(stop)
                finally:
                    await close_session(session)
            except Exception as error:
                log.warning("bus session lost", group=self.group, error=repr(error)[:300])
                await wait_for(stop, backoff.next())

    async def deliver(self, partition: Partition, records: Sequence[Record]) -> bool:
        """Hand records over; on an error let the partition rest a while, and say False."""
        try:
            await self.handler(records)
        except Exception as error:
            pause = self._failures.setdefault(partition.id, Backoff()).next()
            self._resume_at[partition.id] = time.monotonic() + pause
            log.warning(
                "records come again",
                group=self.group,
                topic=partition.topic,
                partition=partition.number,
                offset=records[0].offset,
                error=repr(error)[:300],
            )
            return False
        self._failures.pop(partition.id, None)
        self._resume_at.pop(partition.id, None)
        return True

    def rests(self, partition_id: int) -> float:
        """Return for how many seconds a partition still rests after an error."""
        return self._resume_at.get(partition_id, 0.0) - time.monotonic()


class _Session:
    """What holds as long as one database session lives: ownership, positions, running work."""

    def __init__(
        self, membership: Membership, session: asyncpg.Connection, backoff: Backoff
    ) -> None:
        self._member = membership
        self._group = membership.group
        self._session = session
        self._backoff = backoff
        self._turn = asyncio.Lock()  # asyncpg allows one query at a time
        self._wake = asyncio.Event()
        self._owned: dict[int, Partition] = {}
        self._positions: dict[int, int] = {}
        self._running: dict[int, asyncio.Task[None]] = {}
        self._crowded = False  # owns more than its share: free a partition after each batch
        self._stop = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Consume until ``stop`` is set or the session is lost."""
        self._stop = stop
        stopping = asyncio.ensure_future(stop.wait())
        try:
            await self._enter()
            balanced = 0.0
            while not stop.is_set():
                self._wake.clear()
                if self._crowded or time.monotonic() - balanced >= POLL_SECONDS:
                    await self._balance()
                    balanced = time.monotonic()
                await self._start_pending()
                await self._rest(stopping)
        except asyncio.CancelledError:
            for task in self._running.values():
                task.cancel()
            raise
        finally:  # otherwise the batches at hand are finished, also when the session is lost
            stopping.cancel()
            await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _query(self, sql: str, *arguments: Any) -> list[Any]:
        async with self._turn:
            rows: list[Any] = await self._session.fetch(sql, *arguments)
        return rows

    async def _enter(self) -> None:
        key = advisory_key("bus", self._group)
        await self._session.add_listener(self._member.channel, self._notified)
        await self._query("SELECT pg_advisory_lock_shared($1)", key)

    def _notified(self, _conn: Any, _pid: int, _channel: str, payload: str) -> None:
        if not payload or not self._member.topics.isdisjoint(payload.split(",")):
            self._wake.set()

    # -- ownership ---------------------------------------------------------------------------

    async def _balance(self) -> None:
        """Free what exceeds the fair share, take free partitions up to it."""
        rows = await self._query(_PARTITIONS, sorted(self._member.topics))
        known = {row[0]: Partition(*row) for row in rows}
        members = (await self._query(_MEMBERS, advisory_key("bus", self._group)))[0][0]
        share = -(-len(known) // max(1, members))
        for surplus in self._idle()[: max(0, len(self._owned) - share)]:
            await self._query("SELECT pg_advisory_unlock($1)", self._lock(surplus))
            del self._owned[surplus.id]
            self._positions.pop(surplus.id, None)
        self._crowded = len(self._owned) > share
        free = [each for each in known.values() if each.id not in self._owned]
        if free and len(self._owned) < share:
            arguments = [each.id for each in free], [self._lock(each) for each in free]
            for row in await self._query(_TAKE, *arguments, share - len(self._owned)):
                self._owned[row[0]] = known[row[0]]
        self._backoff.reset()

    def _idle(self) -> list[Partition]:
        return [each for each in self._owned.values() if each.id not in self._running]

    def _lock(self, partition: Partition) -> int:
        return advisory_key("bus", self._group, partition.topic, partition.number)

    # -- work --------------------------------------------------------------------------------

    async def _start_pending(self) -> None:
        for partition_id, committed in await self._query(_PENDING, list(self._owned), self._group):
            if partition_id in self._running or self._member.rests(partition_id) > 0:
                continue
            position = max(committed, self._positions.get(partition_id, 0))
            work = self._drain(self._owned[partition_id], position)
            self._running[partition_id] = asyncio.ensure_future(work)

    async def _rest(self, stopping: asyncio.Future[Any]) -> None:
        """Sleep until a notification, a finished partition, the end of a rest, or the poll."""
        resting = [self._member.rests(each) for each in self._owned]
        timeout = min([POLL_SECONDS, *(max(0.01, rest) for rest in resting if rest > 0)])
        woken = asyncio.ensure_future(self._wake.wait())
        try:
            await asyncio.wait(
                {woken, stopping, *self._running.values()},
                timeout=timeout,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            woken.cancel()
        for partition_id in [key for key, task in self._running.items() if task.done()]:
            self._running.pop(partition_id).result()

    async def _drain(self, partition: Partition, position: int) -> None:
        """Hand over batch after batch until the partition is read to its end."""
        full = True
        while full and not self._stop.is_set():
            async with self._member.slots:
                records = await self._fetch(partition, position)
                if not records or not await self._member.deliver(partition, records):
                    return
                position = records[-1].offset + 1
                await self._query(_COMMIT, self._group, partition.id, position)
                self._positions[partition.id] = position
            full = len(records) == self._member.batch and not self._crowded

    async def _fetch(self, partition: Partition, position: int) -> list[Record]:
        rows = await self._query(_FETCH, partition.id, position, self._member.batch)
        return [
            Record(partition.topic, partition.number, offset, key, value, from_json(headers), at)
            for offset, key, value, headers, at in rows
        ]
