"""The embedded bus: a log in a PostgreSQL database of its own, shaped like Kafka's.

Each partition has one head row. Publishing locks it until the commit, so offsets are dense and
in commit order, and a reader never sees a gap that fills later.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import asyncpg
from pydantic_core import from_json, to_json

from shared.bus.partitioner import partition_of
from shared.bus.port import GroupBusy, LogMadeAnew, Message, Record, RecordHandler, TopicPartition
from shared.bus.postgres_group import Membership
from shared.bus.topics import PARTITIONS, Topic
from shared.db.connection import advisory_key

#: The notification channel; its payload is the topics written to, or empty for "look at all".
CHANNEL = "kehu_bus"

_DDL = """
CREATE TABLE IF NOT EXISTS bus_partition (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL,
    partition int NOT NULL,
    next_offset bigint NOT NULL DEFAULT 0,
    UNIQUE (topic, partition)
) WITH (fillfactor = 50);
CREATE TABLE IF NOT EXISTS bus_record (
    partition_id int NOT NULL,
    "offset" bigint NOT NULL,
    key text NOT NULL,
    headers text NOT NULL,
    value bytea NOT NULL,
    published_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (partition_id, "offset")
);
CREATE TABLE IF NOT EXISTS bus_position (
    group_name text NOT NULL,
    partition_id int NOT NULL,
    next_offset bigint NOT NULL,
    committed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (group_name, partition_id)
) WITH (fillfactor = 50);
"""

# One statement, one transaction. The heads are locked in id order, so two publishers cannot wait
# for each other; the topic is compared as well, so that a log made anew is never misread by ids.
_PUBLISH = """
WITH locked AS MATERIALIZED (
    SELECT id FROM bus_partition WHERE id = ANY($1::int[]) ORDER BY id FOR UPDATE
), head AS (
    UPDATE bus_partition AS p SET next_offset = p.next_offset + c.records
    FROM unnest($1::int[], $2::text[], $3::int[]) AS c(id, topic, records)
    WHERE p.id = c.id AND p.topic = c.topic AND p.id IN (SELECT id FROM locked)
    RETURNING p.id, p.next_offset - c.records AS first
), written AS (
    INSERT INTO bus_record (partition_id, "offset", key, headers, value)
    SELECT head.id, head.first + m.place, m.key, m.headers, m.value
    FROM unnest($4::int[], $5::int[], $6::text[], $7::text[], $8::bytea[])
         AS m(partition_id, place, key, headers, value)
    JOIN head ON head.id = m.partition_id
    RETURNING 1
)
SELECT (SELECT count(*) FROM written), pg_notify($9, $10)
"""

_READ = """
SELECT r."offset", r.key, r.value, r.headers, r.published_at
FROM bus_record AS r JOIN bus_partition AS p ON p.id = r.partition_id
WHERE p.topic = $1 AND p.partition = $2 AND r."offset" >= $3
ORDER BY r."offset" LIMIT $4
"""

_DELETE = """
DELETE FROM bus_record AS r
USING bus_partition AS p, unnest($1::text[], $2::int[], $3::bigint[]) AS b(topic, number, "begin")
WHERE p.id = r.partition_id AND p.topic = b.topic AND p.partition = b.number
    AND r."offset" < b."begin"
"""

_CREATE = """
INSERT INTO bus_partition (topic, partition)
SELECT topic, partition FROM unnest($1::text[], $2::int[]) AS wanted(topic, partitions),
    generate_series(0, partitions - 1) AS partition
WHERE NOT EXISTS (SELECT FROM bus_partition AS p WHERE p.topic = wanted.topic)
ON CONFLICT DO NOTHING RETURNING topic
"""

_POSITIONS = """
SELECT p.topic, p.partition, c.next_offset
FROM bus_position AS c JOIN bus_partition AS p ON p.id = c.partition_id WHERE c.group_name = $1
"""

_REWIND = """
DELETE FROM bus_position AS c USING bus_partition AS p
WHERE c.partition_id = p.id AND c.group_name = $1 AND p.topic = ANY($2)
"""


class PostgresBus:
    """The bus on the database at ``dsn``. ``partitions`` is for busy topics it
    creates."""

    def __init__(
        self, dsn: str, *, partitions: int = PARTITIONS, batch: int = 500, connections: int = 4
    ) -> None:
        self.dsn = dsn
        self.partitions = partitions
        self.batch = batch
        self._connections = connections
        self._pool: asyncpg.Pool | None = None
        self._opening = asyncio.Lock()
        self._ids: dict[str, list[int]] = {}

    async def migrate(self) -> None:
        """Create the tables that are missing."""
        pool = await self._open()
        async with pool.acquire() as conn, conn.transaction():
            await conn.execute("SELECT pg_advisory_xact_lock($1)", advisory_key("bus", "migrate"))
            await conn.execute(_DDL)

    async def create_topics(self, topics: Iterable[str]) -> None:
        """Create the topics that are missing; existing ones keep their partitions."""
        await self.declare([Topic(name) for name in sorted(set(topics))])

    async def declare(self, topics: Sequence[Topic]) -> Sequence[str]:
        """Create the topics that are missing; return their names. Each keeps everything here."""
        names = [each.name for each in topics]
        partitions = [each.partitions(self.partitions) for each in topics]
        pool = await self._open()
        created = await pool.fetch(_CREATE, names, partitions)
        found = {row[0] for row in created}
        return [name for name in names if name in found]

    async def publish(self, messages: Sequence[Message]) -> None:
        """Append the messages in one transaction. Topics that are missing are created."""
        if not messages:
            return
        pool = await self._open()
        await self._learn({message.topic for message in messages})
        written = await pool.fetchval(_PUBLISH, *self._arguments(messages))
        if written != len(messages):
            self._ids.clear()
            raise LogMadeAnew(f"{written} of {len(messages)} written")

    async def consume(
        self,
        topics: Iterable[str],
        group: str,
        handler: RecordHandler,
        stop: asyncio.Event,
        *,
        pace: float = 0.0,
    ) -> None:
        """Hand records to ``handler`` until ``stop`` is set; see the port. Nothing is gathered: a
        round costs this bus little."""
        wanted = frozenset(topics)
        await Membership(self.dsn, CHANNEL, wanted, group, handler, self.batch).run(stop)

    async def end_offsets(self, topics: Iterable[str]) -> dict[TopicPartition, int]:
        """Return for every partition the offset the next record will get."""
        pool = await self._open()
        rows = await pool.fetch(
            "SELECT topic, partition, next_offset FROM bus_partition WHERE topic = ANY($1)",
            sorted(set(topics)),
        )
        return {TopicPartition(topic, number): offset for topic, number, offset in rows}

    async def committed(self, group: str) -> dict[TopicPartition, int]:
        """Return the positions a group has committed."""
        pool = await self._open()
        rows = await pool.fetch(_POSITIONS, group)
        return {TopicPartition(topic, number): offset for topic, number, offset in rows}

    async def rewind(self, group: str, topics: Iterable[str]) -> None:
        """Have a group read topics from the beginning of the log; see the port."""
        pool = await self._open()
        async with pool.acquire() as conn, conn.transaction():
            key = advisory_key("bus", group)  # its members hold it, shared
            if not await conn.fetchval("SELECT pg_try_advisory_xact_lock($1)", key):
                raise GroupBusy(group)
            await conn.execute(_REWIND, group, sorted(set(topics)))

    async def read(
        self, topic: str, partition: int, from_offset: int, limit: int
    ) -> Sequence[Record]:
        """Return records from an offset on; empty at the end of the log."""
        pool = await self._open()
        rows = await pool.fetch(_READ, topic, partition, from_offset, limit)
        return [
            Record(topic, partition, offset, key, value, from_json(headers), at)
            for offset, key, value, headers, at in rows
        ]

    async def delete_before(self, begins: Mapping[TopicPartition, int]) -> None:
        """Delete what stands before these offsets; see the port."""
        topics, numbers = [each.topic for each in begins], [each.partition for each in begins]
        pool = await self._open()
        await pool.execute(_DELETE, topics, numbers, list(begins.values()))

    async def close(self) -> None:
        """Give the connections back."""
        if self._pool is not None:
            self._pool.terminate()
            self._pool = None

    async def _open(self) -> asyncpg.Pool:
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self.dsn,
                    min_size=0,
                    max_size=self._connections,
                    timeout=5,
                    command_timeout=30,
                    server_settings={"application_name": "kehu-bus", "jit": "off"},
                )
            return self._pool

    async def _learn(self, topics: set[str]) -> None:
        """Look up the partitions of topics that were not published to before."""
        missing = sorted(topics - self._ids.keys())
        if not missing:
            return
        await self.create_topics(missing)
        pool = await self._open()
        rows = await pool.fetch(
            "SELECT topic, array_agg(id ORDER BY partition) FROM bus_partition"
            " WHERE topic = ANY($1) GROUP BY topic",
            missing,
        )
        self._ids.update((topic, list(ids)) for topic, ids in rows)

    def _arguments(self, messages: Sequence[Message]) -> tuple[Any, ...]:
        counts: Counter[int] = Counter()
        topics: dict[int, str] = {}
        placed: list[tuple[int, int, str, str, bytes]] = []
        for message in messages:
            ids = self._ids[message.topic]
            partition = ids[partition_of(message.key, len(ids))]
            headers = to_json(message.headers).decode()
            place = counts[partition]
            placed.append((partition, place, message.key, headers, message.value))
            counts[partition] += 1
            topics[partition] = message.topic
        columns = [list(column) for column in zip(*placed, strict=True)]
        names = ",".join(sorted(set(topics.values())))
        payload = names if len(names) < 4000 else ""
        heads = [list(counts), [topics[each] for each in counts], list(counts.values())]
        return *heads, *columns, CHANNEL, payload
