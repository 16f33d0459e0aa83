"""The relay publishes every committed event, in order per aggregate, whatever happens to it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import sqlalchemy as sa

from shared.bus.port import Bus, Message
from shared.bus.postgres import PostgresBus
from shared.db.unit_of_work import Database
from shared.domain.actor import SYSTEM
from shared.domain.aggregate import Aggregate
from shared.domain.ids import new_id
from shared.embedded import EmbeddedPostgres
from shared.outbox import metrics
from shared.outbox.doorbell import Doorbell
from shared.outbox.relay import LOCK, Relay, unpublished
from shared.outbox.republish import republish
from tests.support.bus import kill_family
from tests.support.things import (
    ThingChanged,
    change,
    column,
    count,
    registered_things,
    relay_all,
    scalar,
    things_database,
    topic_records,
)


@asynccontextmanager
async def relaying(database: Database, bus: Bus, **parts: Any) -> AsyncIterator[Relay]:
    relay, stop = Relay(database.engine, bus), asyncio.Event()
    for name, part in parts.items():
        setattr(relay, name, part)
    task = asyncio.ensure_future(relay.run(stop))
    try:
        yield relay
    finally:
        stop.set()
        async with asyncio.timeout(10):
            await task


async def drained(database: Database, seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while await count(database, "outbox", "published_at IS NULL"):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def first_appearances(bus: Bus) -> dict[str, list[int]]:
    """The versions of each aggregate as they first appear in the topic."""
    found: dict[str, list[int]] = {}
    for record in await topic_records(bus):
        versions = found.setdefault(record.key, [])
        version = int(record.headers["ce_sequence"])
        if version not in versions:
            versions.append(version)
    return found


async def test_every_event_is_published_byte_for_byte(things: Database, bus: Bus) -> None:
    thing = await change(things, "早上好", "b", "c")
    await relay_all(things, bus)
    records = await topic_records(bus)
    assert [record.key for record in records] == [str(thing.id)] * 3
    stored = await column(things, "SELECT payload::text FROM outbox ORDER BY seq")
    assert [record.value.decode() for record in records] == stored
    assert [record.headers["ce_sequence"][-1] for record in records] == ["1", "2", "3"]


async def test_a_commit_in_this_process_wakes_the_relay(things: Database, bus: Bus) -> None:
    await bus.create_topics(["crm.things.thing"])
    async with relaying(things, bus) as relay:
        things.on_commit = relay.wake
        await change(things, "warm")
        await drained(things)
        loop = asyncio.get_running_loop()
        began = loop.time()
        for n in range(20):
            await change(things, str(n))
            await drained(things)
        assert loop.time() - began < 20 * 0.25  # a poll alone would take half a second each


async def test_a_doorbell_wakes_the_relay_of_another_process(things: Database, bus: Bus) -> None:
    bell, stop = Doorbell(things.engine), asyncio.Event()
    ringing = asyncio.ensure_future(bell.run(stop))
    async with relaying(things, bus) as relay:
        await change(things, "warm")
        await drained(things)
        woken = asyncio.Event()
        relay.wake = woken.set  # type: ignore[method-assign]
        bell.ring()
        async with asyncio.timeout(5):
            await woken.wait()
        stop.set()
        await ringing


async def write_with_late_commits(database: Database) -> None:
    """Writers that draw their number early and commit late, as slow transactions do."""

    async def writer(number: int) -> None:
        for n in range(8):
            thing = Aggregate(id=new_id(), version=1)
            async with database.transaction(SYSTEM) as uow:
                await uow.record(thing, ThingChanged(text=str(n), version=1))
                await uow.flush()
                uow.recorded.clear()
                await asyncio.sleep(0.15 if number == 0 else 0.01)

    await asyncio.gather(*(writer(number) for number in range(6)))


async def test_late_commits_are_not_lost(things: Database, bus: Bus) -> None:
    async with relaying(things, bus):
        await write_with_late_commits(things)
        await drained(things)
    assert {record.headers["ce_id"] for record in await topic_records(bus)} == {
        str(each) for each in await column(things, "SELECT event_id FROM outbox")
    }


async def test_a_high_water_mark_would_lose_them(things: Database, bus: Bus) -> None:
    """The negative test: the harness above notices the classic mistake."""
    highest = 0

    async def above_the_mark(session: Any, limit: int) -> Sequence[Any]:
        nonlocal highest
        rows = await session.fetch(
            "SELECT seq, topic, key, payload, headers FROM outbox WHERE seq > $1"
            " ORDER BY seq LIMIT $2",
            highest,
            limit,
        )
        highest = rows[-1]["seq"] if rows else highest
        return list(rows)

    async with relaying(things, bus, reader=above_the_mark) as relay:
        things.on_commit = relay.wake
        await change(things, "a")
        await drained(things)  # it is at work before anything is late
        nudge = asyncio.ensure_future(_keep_waking(relay))
        await write_with_late_commits(things)
        await asyncio.sleep(0.7)
        nudge.cancel()
    published = {record.headers["ce_id"] for record in await topic_records(bus)}
    assert len(published) < await count(things, "outbox")


async def _keep_waking(relay: Relay) -> None:
    while True:
        relay.wake()
        await asyncio.sleep(0.005)


async def test_two_relays_publish_everything_once_and_in_order(things: Database, bus: Bus) -> None:
    async with relaying(things, bus) as first, relaying(things, bus) as second:
        await asyncio.gather(*(change(things, *"abcdefgh") for _ in range(10)))
        await drained(things)
    assert sorted((first.published, second.published)) == [0, 80]
    assert len(await topic_records(bus)) == 80
    assert all(v == list(range(1, 9)) for v in (await first_appearances(bus)).values())


async def test_the_standby_takes_over_when_the_active_session_dies(
    things: Database, bus: Bus
) -> None:
    async with relaying(things, bus) as first, relaying(things, bus) as second:
        for n in range(6):
            await change(things, *(str(n) for n in range(5)))
            await drained(things)
            await scalar(
                things,
                "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory'"
                f" AND (classid::bigint << 32 | objid::bigint) = {LOCK}",
            )
        await change(things, "last")
        await drained(things)
    assert first.published + second.published == 31
    assert len(await topic_records(bus)) == 31


async def test_a_crash_between_publishing_and_marking_repeats_events(
    things: Database, bus: Bus
) -> None:
    crashes = 2

    async def crashing(session: Any, seqs: Sequence[int]) -> None:
        nonlocal crashes
        if crashes:
            crashes -= 1
            raise ConnectionError("killed before the mark")
        await session.execute(
            "UPDATE outbox SET published_at = now() WHERE seq = ANY($1::bigint[])", seqs
        )

    thing = await change(things, "a", "b", "c")
    async with relaying(things, bus, marker=crashing):
        await drained(things)
    assert len(await topic_records(bus)) == 9
    assert await first_appearances(bus) == {str(thing.id): [1, 2, 3]}


async def test_a_bus_that_is_away_delays_events_and_loses_none(things: Database, bus: Bus) -> None:
    class Flaky:
        failures = 3

        async def publish(self, messages: Sequence[Message]) -> None:
            if self.failures:
                self.failures -= 1
                raise ConnectionRefusedError("no bus")
            await bus.publish(messages)

    await change(things, "a", "b")
    async with relaying(things, Flaky()):  # type: ignore[arg-type]
        await drained(things)
    assert len(await topic_records(bus)) == 2


async def test_it_survives_the_death_of_the_server(own_postgres: EmbeddedPostgres) -> None:
    server = own_postgres.start()
    bus = PostgresBus(server.dsn("postgres"))
    await bus.migrate()
    with registered_things():
        async with things_database(server.dsn("postgres")) as database, relaying(database, bus):
            await change(database, "a", "b")
            await drained(database)
            await asyncio.to_thread(kill_family, own_postgres.pid)
            await asyncio.to_thread(own_postgres.start)
            await change(database, "c", "d")
            await drained(database)
            assert len(await first_appearances(bus)) == 2
    await bus.close()


async def test_a_lost_log_is_filled_again_from_the_outbox(
    things: Database, bus: PostgresBus
) -> None:
    thing = await change(things, "a", "b", "c")
    await relay_all(things, bus)
    pool = await bus._open()
    await pool.execute("DROP TABLE bus_record, bus_partition, bus_position")
    await bus.close()
    fresh = PostgresBus(bus.dsn)
    await fresh.migrate()
    assert await republish(things) == 3
    await relay_all(things, fresh)
    assert await first_appearances(fresh) == {str(thing.id): [1, 2, 3]}
    await fresh.close()


async def test_the_gauges_tell_what_waits(things: Database, bus: Bus) -> None:
    await change(things, "a", "b")
    async with things.pool.transaction() as conn:
        await conn.execute(sa.text("UPDATE outbox SET occurred_at = now() - interval '1 min'"))
    assert (await metrics.sample_outbox(things)).events == 2
    assert 59 < metrics.OLDEST.labels("things")._value.get() < 70
    await relay_all(things, bus)
    assert await metrics.sample_outbox(things) == (0, None)
    assert metrics.OLDEST.labels("things")._value.get() == 0


async def test_reading_starts_with_the_oldest(things: Database) -> None:
    await change(things, "a", "b", "c")
    async with things.pool.connection() as conn:
        raw = conn.driver
        assert [row["seq"] for row in await unpublished(raw, 2)] == [1, 2]
