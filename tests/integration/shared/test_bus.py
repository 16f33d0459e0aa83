"""What every bus must do. The suite runs against each implementation (fixture ``bus``).

A test has a topic of its own (fixture ``topic``), by whose name its group goes as well.
"""

import asyncio
from collections.abc import Sequence
from itertools import groupby

import pytest

from shared.bus.partitioner import partition_of
from shared.bus.port import Bus, GroupBusy, Record, TopicPartition
from shared.bus.topics import PARTITIONS, Topic
from tests.support.bus import Collector, consuming, is_ordered, message, until


@pytest.fixture
def bus(either_bus: Bus) -> Bus:
    """Each of the two."""
    return either_bus


def numbered(topic: str, count: int, keys: int = 5) -> list:
    return [message(topic, f"k{n % keys}", str(n)) for n in range(count)]


async def test_records_arrive_whole_and_in_order_per_key(bus: Bus, topic: str) -> None:
    collected = Collector()
    async with consuming(bus, [topic], topic, collected):
        for start in range(0, 300, 50):
            await bus.publish(numbered(topic, 300)[start : start + 50])
        await until(lambda: len(collected.values) == 300)
    assert all(is_ordered(values) for values in collected.by_key().values())
    record = collected.batches[0][0]
    assert record.headers == {"ce_id": record.value.decode(), "说明": "标题"}
    assert record.timestamp.tzinfo is not None
    for batch in collected.batches:
        places = [(record.partition, record.offset) for record in batch]
        assert places == sorted(places)


async def test_every_group_reads_everything_from_the_beginning(bus: Bus, topic: str) -> None:
    await bus.publish(numbered(topic, 40))
    for group in (f"{topic}.first", f"{topic}.second"):
        collected = Collector()
        async with consuming(bus, [topic], group, collected):
            await until(lambda: len(collected.values) >= 40)  # noqa: B023
        assert sorted(collected.values, key=int) == [str(n) for n in range(40)]


async def test_what_is_deleted_is_read_by_nobody_and_offsets_go_on(bus: Bus, topic: str) -> None:
    await bus.publish(numbered(topic, 40))
    first = await bus.end_offsets([topic])
    place = max(first, key=lambda each: first[each])
    await bus.delete_before({each: end - (each == place) for each, end in first.items()})
    await bus.publish(numbered(topic, 60)[40:])
    ends = await bus.end_offsets([topic])
    assert sum(ends.values()) == 60
    collected = Collector()
    async with consuming(bus, [topic], topic, collected):
        await until(lambda: len(collected.values) >= 21)
    last, *later = sorted(collected.values, key=int)
    assert int(last) < 40
    assert later == [str(n) for n in range(40, 60)]
    records = [record for each in ends for record in await bus.read(*each, 0, 100)]
    assert len(records) == 21
    await bus.delete_before({})


async def test_a_group_goes_on_where_it_committed(bus: Bus, topic: str) -> None:
    await bus.publish(numbered(topic, 20))
    first, second = Collector(), Collector()
    async with consuming(bus, [topic], topic, first):
        await until(lambda: len(first.values) == 20)
    await bus.publish([message(topic, "k0", "later")])
    async with consuming(bus, [topic], topic, second):
        await until(lambda: len(second.values) == 1)
    assert second.values == ["later"]
    assert await bus.committed(topic) == {
        place: offset for place, offset in (await bus.end_offsets([topic])).items() if offset
    }


async def test_a_failed_batch_comes_again_and_is_not_committed_before(bus: Bus, topic: str) -> None:
    await bus.publish([message(topic, "k", str(n)) for n in range(10)])
    seen: list[list[str]] = []
    positions: list[dict[TopicPartition, int]] = []

    async def fails_twice(records: Sequence[Record]) -> None:
        positions.append(await bus.committed(topic))
        seen.append([record.value.decode() for record in records])
        if len(seen) < 3:
            raise RuntimeError("not yet")

    async with consuming(bus, [topic], topic, fails_twice):
        await until(lambda: len(seen) == 3)
    assert seen[0] == seen[1] == seen[2] == [str(n) for n in range(10)]
    assert positions == [{}, {}, {}]
    assert sum((await bus.committed(topic)).values()) == 10


async def test_a_failing_partition_does_not_hold_up_the_others(bus: Bus, topic: str) -> None:
    await bus.publish(numbered(topic, 80, keys=40))
    bad = partition_of("k0", 4)
    collected = Collector()

    async def handler(records: Sequence[Record]) -> None:
        if any(record.partition == bad for record in records):
            raise RuntimeError("never")
        await collected(records)

    expected = [n for n in range(80) if partition_of(f"k{n % 40}", 4) != bad]
    async with consuming(bus, [topic], topic, handler):
        await until(lambda: len(collected.values) == len(expected))
    assert TopicPartition(topic, bad) not in await bus.committed(topic)


async def test_stopping_finishes_and_commits_the_batch_at_hand(bus: Bus, topic: str) -> None:
    await bus.publish([message(topic, "k", str(n)) for n in range(5)])
    started, finished = asyncio.Event(), False

    async def slow(records: Sequence[Record]) -> None:
        nonlocal finished
        started.set()
        await asyncio.sleep(0.3)
        finished = True

    async with consuming(bus, [topic], topic, slow):
        await started.wait()
    assert finished
    assert sum((await bus.committed(topic)).values()) == 5


async def test_two_members_share_the_partitions_without_overlap(bus: Bus, topic: str) -> None:
    first, second = Collector(), Collector()
    async with consuming(bus, [topic], topic, first), consuming(bus, [topic], topic, second):
        published = 0
        while min(len(first.partitions), len(second.partitions)) < 2:
            first.batches.clear()
            second.batches.clear()
            await bus.publish(numbered(topic, 40, keys=40))
            published += 40
            await until(lambda: sum((first.count, second.count)) >= 40)
            await asyncio.sleep(0.1)
    assert first.partitions.isdisjoint(second.partitions)
    assert len(first.partitions | second.partitions) == 4
    assert sorted(first.values + second.values, key=int) == [str(n) for n in range(40)]
    assert sum((await bus.committed(topic)).values()) == published


async def test_a_member_that_leaves_hands_its_partitions_over(bus: Bus, topic: str) -> None:
    first, second = Collector(), Collector()
    async with consuming(bus, [topic], topic, second):
        async with consuming(bus, [topic], topic, first):
            await bus.publish(numbered(topic, 100, keys=40))
            await until(lambda: len(first.values) + len(second.values) == 100)
        await bus.publish([message(topic, f"k{n}", str(100 + n)) for n in range(40)])
        await until(lambda: len(first.values) + len(second.values) == 140)
    assert len(set(first.values + second.values)) == 140


async def test_reading_needs_no_group_and_offsets_are_dense(bus: Bus, topic: str) -> None:
    await asyncio.gather(*(bus.publish(numbered(topic, 50, keys=7)) for _ in range(6)))
    ends = await bus.end_offsets([topic])
    assert sum(ends.values()) == 300
    for (topic, partition), end in ends.items():
        read: list[Record] = []
        while page := await bus.read(topic, partition, len(read), 20):
            read.extend(page)
        assert [record.offset for record in read] == list(range(end))
        in_key = [key for key, _ in groupby(sorted(record.key for record in read))]
        assert {partition_of(key, len(ends)) for key in in_key} <= {partition}


async def test_topics_keep_their_partitions_when_created_again(
    bus: Bus, topic: str, other_topic: str
) -> None:
    await bus.create_topics([topic, other_topic])
    before = await bus.end_offsets([topic, other_topic])
    await bus.create_topics([topic])
    assert await bus.end_offsets([topic, other_topic]) == before
    assert set(before.values()) == {0}


async def test_only_busy_topics_have_several_partitions(bus: Bus, topic: str) -> None:
    """Whoever reads a topic asks for each of its partitions, again and again."""
    busy, quiet = f"{topic}.busy", f"{topic}.quiet"
    assert await bus.declare([Topic(quiet, busy=False), Topic(busy)]) == [quiet, busy]
    ends = await bus.end_offsets([busy, quiet])
    assert sorted(ends) == [*((busy, each) for each in range(PARTITIONS)), (quiet, 0)]
    assert await bus.declare([Topic(quiet), Topic(busy, busy=False)]) == []
    assert await bus.end_offsets([busy, quiet]) == ends


async def test_a_group_without_members_can_begin_anew(
    bus: Bus, topic: str, other_topic: str
) -> None:
    """In the topics that are named, and nowhere else."""
    await bus.publish([*numbered(topic, 20, keys=5), message(other_topic, "k", "elsewhere")])
    first, second = Collector(), Collector()
    async with consuming(bus, [topic, other_topic], topic, first):
        await until(lambda: first.count == 21)
        with pytest.raises(GroupBusy):
            await bus.rewind(topic, [topic])
    await bus.rewind(topic, [topic])
    await bus.rewind("nobody", [topic, "crm.nothing"])
    await bus.publish([message(other_topic, "k", "new")])
    async with consuming(bus, [topic, other_topic], topic, second):
        await until(lambda: second.count == 21)
    assert {*second.values} == {*first.values, "new"} - {"elsewhere"}
