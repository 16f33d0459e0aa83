"""Records that name somebody leave Kafka: its log, and its files. Everybody goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from shared.bus.kafka import KafkaBus
from shared.bus.port import Bus
from shared.bus.topics import Topic
from shared.db.unit_of_work import Database
from shared.host.conservation import check_conservation
from shared.inbox.consumer import Consumer
from shared.inbox.replay import replay
from shared.outbox.relay import LOCK
from shared.outbox.republish import publish_anew
from shared.service import Service
from shared.settings import ServiceSettings
from shared.worker import Worker
from tests.support.kafka.client import administrator, forget_topics
from tests.support.kafka.cluster import KafkaCluster
from tests.support.kafka.own import own_kafka
from tests.support.things import (
    GAPS,
    TOPIC,
    change,
    count,
    effects_consumer,
    facts,
    facts_consumer,
    metadata,
    relay_all,
    scalar,
    topic_records,
)

NAME = "heron-who-was-erased"
CONSUMERS = (effects_consumer(), facts_consumer())
THINGS = Service("things", ServiceSettings, metadata, Path("nowhere"), consumers=CONSUMERS)


@pytest.fixture(scope="module")
def broker(kafka_jars: None) -> Iterator[KafkaCluster]:
    """A broker whose files can be looked at."""
    with own_kafka() as cluster:
        cluster.start()
        yield cluster


@pytest.fixture
async def log(things: Database, broker: KafkaCluster) -> AsyncIterator[KafkaBus]:
    """An empty log."""
    bus = KafkaBus({"bootstrap_servers": broker.bootstrap}, partitions=2)
    await bus.declare([Topic(TOPIC)])
    yield bus
    await forget_topics(broker.bootstrap)
    await bus.close()


@asynccontextmanager
async def working(things: Database, log: Bus, *consumers: Consumer) -> AsyncIterator[None]:
    """The worker, during the block."""
    stop = asyncio.Event()
    task = asyncio.ensure_future(Worker(things, log, consumers=consumers).run(stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def settled(things: Database, log: Bus, consumers: Sequence[Consumer]) -> None:
    """Wait until everything is published, and these consumers are at the end."""
    async with asyncio.timeout(60):
        while True:
            waiting = await count(things, "outbox", "published_at IS NULL")
            ends = {place: end for place, end in (await log.end_offsets([TOPIC])).items() if end}
            places = [await log.committed(each.name) for each in consumers]
            if not waiting and all(ends.items() <= each.items() for each in places):
                return
            await asyncio.sleep(0.05)


async def forgets(things: Database, log: KafkaBus) -> None:
    """As the owner does after an erasure."""
    async with things.pool.transaction() as conn:
        await conn.exec_driver_sql(
            f"UPDATE outbox SET payload = replace(payload::text, '{NAME}', 'nobody')::json"
        )
    async with log.new_files([TOPIC]):
        await log.delete_before(await publish_anew(things, log, [TOPIC]))


async def named(log: Bus) -> int:
    """How many records that can be read say the name."""
    return sum(NAME in record.value.decode() for record in await topic_records(log))


async def own_settings(bootstrap: str) -> dict[str, str]:
    """What the topic has of its own."""
    async with administrator(bootstrap) as admin:
        return await _own(admin)


async def _own(admin: AIOKafkaAdminClient) -> dict[str, str]:
    asked = [ConfigResource(ConfigResourceType.TOPIC, TOPIC)]
    (found,) = (await admin.describe_configs(asked))[0].resources
    return {entry[0]: entry[1] for entry in found[4] if entry[3] == 1}


def on_disk(broker: KafkaCluster) -> int:
    """How many files of the topic say the name."""
    files = broker.folder.glob(f"**/{TOPIC}-*/*.log*")
    return sum(NAME.encode() in each.read_bytes() for each in files)


async def test_names_leave_the_log_and_the_files_while_all_goes_on(
    things: Database, log: KafkaBus, broker: KafkaCluster
) -> None:
    """GDPR Art. 17, invariants 40, 4 to 7, 12: one consumer is at work, one has yet to begin; what
    is changed meanwhile arrives; nothing is lost, doubled or out of order; a read model can still
    be built anew."""
    before = await own_settings(broker.bootstrap)
    effects, late = CONSUMERS
    known = [await change(things, f"{NAME} was here", "b") for _ in range(8)]
    async with working(things, log, effects):
        await settled(things, log, [effects])
        assert await named(log) == 8
        assert on_disk(broker) > 0
        forgetting = asyncio.ensure_future(forgets(things, log))
        while not forgetting.done():
            for each in known:
                await change(things, "came meanwhile", thing=each)
            await asyncio.sleep(0.02)
        await forgetting
        assert await named(log) == 0
        await change(things, "later", thing=known[0])
        await settled(things, log, [effects])
    async with working(things, log, effects, late):
        await settled(things, log, CONSUMERS)
    assert await own_settings(broker.bootstrap) == before
    await nothing_is_wrong(things, log)
    async with asyncio.timeout(30):
        while on_disk(broker):  # noqa: ASYNC110 - the broker looks after its files in its own time
            await asyncio.sleep(0.2)


async def test_a_consumer_that_had_not_read_what_is_deleted_misses_nothing(
    things: Database, log: KafkaBus
) -> None:
    """Its position stands before the beginning of the log: it goes on there."""
    known = [await change(things, f"{NAME} was here") for _ in range(6)]
    async with working(things, log, *CONSUMERS):
        await settled(things, log, CONSUMERS)
    for each in known:
        await change(things, "not read yet", thing=each)
    await relay_all(things, log)
    await forgets(things, log)
    async with working(things, log, *CONSUMERS):
        await settled(things, log, CONSUMERS)
    await nothing_is_wrong(things, log)


async def test_it_can_be_broken_off_and_done_again(things: Database, log: KafkaBus) -> None:
    """Between publishing anew and deleting: all is there twice, and then once."""
    await change(things, f"{NAME} was here", "b", "c")
    await relay_all(things, log)
    await publish_anew(things, log, [TOPIC])
    assert len(await topic_records(log)) == 6
    await forgets(things, log)
    assert len(await topic_records(log)) == 3
    assert await named(log) == 0
    async with working(things, log, *CONSUMERS):
        await settled(things, log, CONSUMERS)
    await nothing_is_wrong(things, log)


async def test_the_relay_yields_and_comes_back(things: Database, log: KafkaBus) -> None:
    """It holds its place for as long as its session lives, unless somebody asks for it."""
    async with working(things, log):
        await change(things, "a")
        await settled(things, log, [])
        holders = f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND {_of(LOCK)}"
        assert await scalar(things, holders) == 1
        await publish_anew(things, log, [TOPIC])
        await change(things, "b")
        await settled(things, log, [])
        assert len(await topic_records(log)) == 3


def _of(lock: int) -> str:
    high, low = lock >> 32 & 0xFFFFFFFF, lock & 0xFFFFFFFF
    return f"classid = {high} AND objid = {low} AND granted"


async def nothing_is_wrong(things: Database, log: Bus) -> None:
    """0 lost, 0 duplicate effects, 0 gaps, and a read model built anew is the same."""
    recorded = await count(things, "outbox")
    found = await check_conservation([THINGS], {"things": things}, log)
    assert found.violations == []
    assert (found.published, found.in_log) == (recorded, recorded)
    assert await count(things, "effect") == recorded
    assert await scalar(things, GAPS) == 0
    assert (await replay(things, log, [CONSUMERS[1]], facts, "facts")).differences == 0
