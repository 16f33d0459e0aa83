"""A log that was lost is filled again from the outboxes: nothing is lost, nothing done twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as KafkaPlace
from aiokafka.errors import KafkaError
from structlog.testing import capture_logs

from shared.bus.kafka import KafkaBus
from shared.bus.port import Bus, LogMadeAnew, Message, TopicPartition
from shared.bus.postgres import PostgresBus
from shared.db.unit_of_work import Database
from shared.domain.errors import Conflict
from shared.host.conservation import check_conservation
from shared.host.console import silent
from shared.host.errors import HostError
from shared.host.refill import Refill, refill, refill_if_lost
from shared.inbox.replay import replay
from shared.outbox.relay import _message, unpublished
from shared.service import Service
from shared.settings import ServiceSettings
from shared.worker import Worker
from tests.support.bus import until
from tests.support.kafka.client import forget_topics
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
)


@pytest.fixture
def bus(either_bus: Bus) -> Bus:
    """Each of the two."""
    return either_bus


CONSUMERS = (effects_consumer(), facts_consumer())
THINGS = Service(
    name="things",
    settings=ServiceSettings,
    metadata=metadata,
    migrations=Path("nowhere"),
    consumers=CONSUMERS,
)


@pytest.fixture
async def log(bus: Bus) -> Bus:
    """An empty log, on either bus."""
    await wipe(bus)
    return bus


@asynccontextmanager
async def working(things: Database, log: Bus) -> AsyncIterator[None]:
    stop = asyncio.Event()
    worker = Worker(things, log, consumers=CONSUMERS)
    task = asyncio.ensure_future(worker.run(stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def wipe(log: Bus) -> None:
    """Everything the log held is gone, positions too; it starts again empty."""
    if isinstance(log, PostgresBus):
        pool = await log._open()
        await pool.execute("DROP TABLE bus_record, bus_partition, bus_position")
        await log.migrate()
    elif isinstance(log, KafkaBus):
        await forget_topics(log.connection["bootstrap_servers"])
    async with asyncio.timeout(60):
        while not await is_empty(log):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def is_empty(log: Bus) -> bool:
    """Whether the topic is there, with nothing in it; Kafka takes its time to forget one."""
    try:
        await log.create_topics([TOPIC])
        return set((await log.end_offsets([TOPIC])).values()) == {0}
    except KafkaError:
        return False


async def pretend(log: Bus, group: str, position: int) -> None:
    """Have a group stand where the log does not reach yet, as one whose position outlived it."""
    places = list(await log.end_offsets([TOPIC]))
    if isinstance(log, PostgresBus):
        pool = await log._open()
        query = "INSERT INTO bus_position SELECT $1, id, $2 FROM bus_partition WHERE topic = $3"
        await pool.execute(query, group, position, TOPIC)
    elif isinstance(log, KafkaBus):
        consumer = AIOKafkaConsumer(**log.connection, group_id=group, enable_auto_commit=False)
        async with opened(consumer):
            known = [KafkaPlace(*place) for place in places]
            consumer.assign(known)
            await consumer.commit(dict.fromkeys(known, position))


@asynccontextmanager
async def opened(client: Any) -> AsyncIterator[Any]:
    """A client of Kafka, started during the block."""
    try:
        await client.start()
        yield client
    finally:
        await (client.close() if hasattr(client, "close") else client.stop())


async def on_their_way(things: Database) -> list[Message]:
    """What the relay sends next."""
    async with things.reading() as conn:
        return [_message(row) for row in await unpublished(conn.driver, 100)]


async def refilled(things: Database, log: Bus, since: datetime | None = None) -> Refill:
    return await refill([THINGS], {"things": things}, log, ["things"], since, silent)


async def settled(things: Database, log: Bus) -> None:
    """Everything is published, and every consumer is at the end of the log."""
    async with asyncio.timeout(30):
        while True:
            ends = await log.end_offsets([TOPIC])
            waiting = await count(things, "outbox", "published_at IS NULL")
            places = [await committed(log, each.name) for each in CONSUMERS]
            filled = {place: end for place, end in ends.items() if end}
            if filled and not waiting and all(filled.items() <= each.items() for each in places):
                return
            await asyncio.sleep(0.05)


async def committed(log: Bus, group: str) -> Mapping[TopicPartition, int]:
    """Where a group stands; nowhere yet when the broker has only just begun to keep groups."""
    try:
        return await log.committed(group)
    except KafkaError:
        return {}


async def nothing_is_wrong(things: Database, log: Bus) -> None:
    """0 lost, 0 duplicate effects, 0 gaps, and the check across services is clean."""
    recorded = await count(things, "outbox")
    found = await check_conservation([THINGS], {"things": things}, log)
    assert found.violations == []
    assert (found.published, found.in_log) == (recorded, recorded)
    assert [each.applied for each in found.consumers] == [recorded, recorded]
    assert await count(things, "effect") == recorded
    assert await scalar(things, "SELECT count(DISTINCT source_event_id) FROM effect") == recorded
    assert await scalar(things, GAPS) == 0
    assert (await replay(things, log, [CONSUMERS[1]], facts, "facts")).differences == 0


async def test_a_log_is_filled_again_while_the_workers_are_at_work(
    things: Database, log: Bus
) -> None:
    """F5, log gone: what was applied, what was in the log alone, and what came meanwhile."""
    known = [await change(things, "a", "b", "c") for _ in range(5)]
    async with working(things, log):
        await settled(things, log)
    for each in known:
        await change(things, "in the log alone", thing=each)
    await relay_all(things, log)
    async with working(things, log):
        await asyncio.sleep(0)
        await wipe(log)
        for each in known:
            await change(things, "came meanwhile", thing=each)
        done = await refilled(things, log)
        await change(things, "later", thing=known[0])
        await settled(things, log)
    assert done.consumers == ["things.effects", "things.facts"]
    assert done.events["things"] >= 20
    await nothing_is_wrong(things, log)


async def test_what_came_into_a_new_log_too_early_does_not_stand_before_the_rest(
    things: Database, log: Bus
) -> None:
    """F5, log gone: the relay was sending when it went, and what it sent is in the new one."""
    thing = await change(things, "a", "b")
    other = await change(things, "a")
    await relay_all(things, log)
    await change(things, "c", thing=thing)
    await change(things, "b", thing=other)
    sent = await on_their_way(things)
    async with working(things, log):
        await settled(things, log)
    await wipe(log)
    for _ in range(2):  # one of them arrives, whenever the bus notices
        with suppress(LogMadeAnew):
            await log.publish(sent)
    await refilled(things, log)
    async with working(things, log):
        await settled(things, log)
    await nothing_is_wrong(things, log)


async def test_what_is_published_again_into_a_whole_log_deletes_nothing(
    things: Database, log: Bus
) -> None:
    """Other systems read it too, and each has its own position."""
    await change(things, "a", "b", "c")
    await relay_all(things, log)
    await refilled(things, log)
    async with working(things, log):
        await settled(things, log)
    records = [
        each
        for place, end in (await log.end_offsets([TOPIC])).items()
        if end
        for each in await log.read(*place, 0, end)
    ]
    assert [each.headers["ce_sequence"][-1] for each in records] == ["1", "2", "3"] * 2
    await nothing_is_wrong(things, log)


async def test_nothing_is_passed_over_when_positions_outlived_the_log(
    things: Database, log: Bus
) -> None:
    """What was never applied stands below the old position by now."""
    await change(things, "a", "b")
    async with working(things, log):
        await settled(things, log)
    await wipe(log)
    await change(things, *"abcdef")
    for consumer in CONSUMERS:
        await pretend(log, consumer.name, 5)
    await refilled(things, log)
    async with working(things, log):
        await settled(things, log)
    await nothing_is_wrong(things, log)


async def test_a_log_that_lost_its_newest_part_is_filled_from_a_time_on(
    things: Database, postgres_bus: PostgresBus
) -> None:
    """As after its backup was restored: positions are behind its end."""
    log = postgres_bus
    thing = await change(things, "a", "b")
    await relay_all(things, log)
    moment = datetime.now(UTC)
    await change(things, "c", "d", thing=thing)
    async with working(things, log):
        await settled(things, log)
    pool = await log._open()
    await pool.execute('DELETE FROM bus_record WHERE "offset" >= 2')
    await pool.execute("UPDATE bus_partition SET next_offset = least(next_offset, 2)")
    done = await refilled(things, log, moment)
    assert done.events == {"things": 2}
    async with working(things, log):
        await settled(things, log)
    await nothing_is_wrong(things, log)


async def test_a_system_that_starts_on_an_empty_log_fills_it_by_itself(
    things: Database, log: Bus
) -> None:
    """The log was lost while nobody looked, or another bus was chosen. Once is enough."""
    said: list[str] = []
    here = ([THINGS], {"things": things}, log, said.append)
    assert not await refill_if_lost(*here), "nothing was ever published"
    await change(things, "a", "b")
    async with working(things, log):
        await settled(things, log)
    assert not await refill_if_lost(*here), "nothing is lost"
    await wipe(log)
    assert await refill_if_lost(*here)
    assert said == ["the log of the bus was empty: 2 events are published again"]
    async with working(things, log):
        await settled(things, log)
    assert not await refill_if_lost(*here)
    await nothing_is_wrong(things, log)


async def test_an_empty_log_is_filled_from_its_beginning_alone(things: Database, log: Bus) -> None:
    """Else a read model could not be built from it, and nobody would notice."""
    await change(things, "a")
    await relay_all(things, log)
    await wipe(log)
    with pytest.raises(HostError, match=f"{TOPIC}: the log is empty; only --from beginning"):
        await refilled(things, log, datetime.now(UTC))
    assert await count(things, "outbox", "published_at IS NULL") == 0


async def test_nothing_new_is_published_into_a_log_that_lost_the_old(
    things: Database, log: Bus
) -> None:
    """Else version 3 of a document would come before version 1 and 2."""
    thing = await change(things, "a", "b")
    await relay_all(things, log)
    await wipe(log)
    await change(things, "c", thing=thing)
    with capture_logs() as lines:
        async with working(things, log):
            await until(lambda: any("log of the bus was lost" in each["event"] for each in lines))
    assert sum((await log.end_offsets([TOPIC])).values()) == 0
    assert await count(things, "outbox", "published_at IS NULL") == 1


async def test_no_read_model_is_built_from_a_log_that_lacks_what_was_applied(
    things: Database, log: Bus
) -> None:
    """Its inbox knows these events: they would never come back."""
    await change(things, "a", "b")
    async with working(things, log):
        await settled(things, log)
    await wipe(log)
    await refilled(things, log)
    with pytest.raises(Conflict, match="lacks 2 events that were applied"):
        await replay(things, log, [CONSUMERS[1]], facts, "facts")
    assert await count(things, "facts.thing") == 1
