"""What the bus on Kafka does besides: brokers and members that die, records of other producers."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError

from shared.bus import kafka_publisher
from shared.bus.declared import declared_topics
from shared.bus.kafka import KafkaBus
from shared.bus.port import LogMadeAnew, TopicPartition
from shared.host.buses import kafka_bus
from shared.host.errors import HostError
from shared.host.settings import HostSettings
from shared.pacing import Backoff
from tests.support.bus import Collector, consuming, is_ordered, message, until
from tests.support.kafka.cluster import KafkaCluster
from tests.support.kafka.own import own_kafka

TOPIC = "crm.order.order"


@pytest.fixture(scope="module")
def own_broker() -> Iterator[KafkaCluster]:
    """A broker that tests may kill."""
    with own_kafka() as cluster:
        cluster.start()
        yield cluster


async def test_nothing_is_lost_or_out_of_order_when_the_broker_is_killed(
    own_broker: KafkaCluster,
) -> None:
    """F5: what was acknowledged arrives; of each key the first appearances are in order."""
    bus = KafkaBus({"bootstrap_servers": own_broker.bootstrap})
    await bus.create_topics([TOPIC])
    collected, stop = Collector(), asyncio.Event()
    acknowledged: list[str] = []

    async def publish() -> None:
        number, backoff = 0, Backoff(first=0.05, cap=0.5)
        while not stop.is_set():
            batch = range(number, number + 20)
            try:
                await bus.publish([message(TOPIC, f"k{n % 9}", str(n)) for n in batch])
            except Exception:
                await asyncio.sleep(backoff.next())
                continue
            backoff.reset()
            acknowledged.extend(str(n) for n in batch)
            number += 20

    async with consuming(bus, [TOPIC], "killed", collected):
        publisher = asyncio.ensure_future(publish())
        for _ in range(2):
            before = len(acknowledged)
            await until(lambda: len(acknowledged) > before + 200, 60)  # noqa: B023
            await asyncio.to_thread(own_broker.kill)
            await asyncio.to_thread(own_broker.restart)
        before = len(acknowledged)
        await until(lambda: len(acknowledged) > before + 200, 60)
        stop.set()
        await publisher
        await until(lambda: set(acknowledged) <= set(collected.values), 60)
    for values in collected.by_key().values():
        assert is_ordered(list(dict.fromkeys(values)))
    await bus.close()


async def test_a_member_killed_outright_frees_its_partitions(kafka: str) -> None:
    """F3: when its session has ended, the others of its group read what it had not committed."""
    bus, topic = KafkaBus({"bootstrap_servers": kafka}), "crm.test.freed"
    await bus.create_topics([topic])
    await bus.publish([message(topic, f"k{n}", str(n)) for n in range(40)])
    program = textwrap.dedent("""
        import asyncio, sys
        from shared.bus.kafka import KafkaBus

        async def hang(records):
            print("holding", flush=True)
            await asyncio.sleep(3600)

        async def main():
            bus = KafkaBus({"bootstrap_servers": sys.argv[1]})
            await bus.consume([sys.argv[2]], sys.argv[2], hang, asyncio.Event())

        asyncio.run(main())
    """)
    holder = subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-c", program, kafka, topic], stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    await asyncio.to_thread(holder.stdout.readline)
    collected = Collector()
    async with consuming(bus, [topic], topic, collected):
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
        await until(lambda: len(set(collected.values)) == 40, 60)
    holder.stdout.close()
    await bus.close()


async def test_records_of_other_producers_are_read_whatever_they_hold(kafka: str) -> None:
    """F14: no key, no value, headers that are no text: the inbox parks them, the bus reads them."""
    bus, topic = KafkaBus({"bootstrap_servers": kafka}), "crm.test.strange"
    await bus.create_topics([topic])
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    headers = [("ce_id", b"\xff\xfe"), ("none", b"")]
    await producer.send_and_wait(topic, b"not json", partition=0, headers=headers)
    await producer.send_and_wait(topic, None, b"\xff", partition=0)
    await producer.stop()
    collected = Collector()
    async with consuming(bus, [topic], topic, collected):
        await until(lambda: collected.count == 2)
    first, second = (record for batch in collected.batches for record in batch)
    assert (first.key, first.value, first.headers["ce_id"]) == ("", b"not json", "\\xff\\xfe")
    assert (second.key, second.value) == ("\\xff", b"")
    await bus.close()


async def test_topics_are_created_as_they_are_declared(kafka: str) -> None:
    """All families of events, kept for ever; busy ones with as many partitions as the settings
    say, the others with one."""
    bus = kafka_bus(HostSettings(kafka=kafka, kafka_partitions=3))
    declared = declared_topics()
    created = await bus.declare(declared)
    assert await bus.declare(declared) == []
    ends = await bus.end_offsets([each.name for each in declared])
    assert {place.topic for place in ends} == {each.name for each in declared}
    busy = {each.name for each in declared if each.busy}
    for name in created:
        partitions = {place.partition for place in ends if place.topic == name}
        assert partitions == ({0, 1, 2} if name in busy else {0})
    assert {each.configuration()["cleanup.policy"] for each in declared} == {"delete"}
    await bus.close()


async def test_a_message_larger_than_a_batch_is_published_alone(kafka: str) -> None:
    """And what stands behind it follows in order."""
    bus, topic = KafkaBus({"bootstrap_servers": kafka}), "crm.test.large"
    await bus.create_topics([topic])  # the headers of these messages hold the value once more
    values = ["a", "b" * 700_000, "c", "d" * 150_000, "e" * 150_000, "f"]
    await bus.publish([message(topic, "k", value) for value in values])
    (place,) = [place for place, end in (await bus.end_offsets([topic])).items() if end]
    read: list[str] = []
    while page := await bus.read(*place, len(read), 10):
        read += [record.value.decode() for record in page]
    assert read == values
    assert place == TopicPartition(topic, place.partition)
    await bus.close()


async def test_a_publish_that_is_given_up_leaves_nothing_that_goes_on_sending(
    own_broker: KafkaCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F5: the relay sends the same again later, so nobody else may; not even for ever."""
    monkeypatch.setattr(kafka_publisher, "_PUBLISH_SECONDS", 1.0)
    bus, topic = KafkaBus({"bootstrap_servers": own_broker.bootstrap}), "crm.test.given.up"
    await bus.create_topics([topic])
    await bus.publish([message(topic, "k", "acknowledged")])
    own_broker.kill()
    with pytest.raises((TimeoutError, KafkaError)):
        await bus.publish([message(topic, "k", "given up")])
    async with asyncio.timeout(10):
        while any("Sender" in repr(task.get_coro()) for task in asyncio.all_tasks()):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await asyncio.to_thread(own_broker.restart)
    await bus.publish([message(topic, "k", "sent again")])
    await bus.close()


async def test_a_log_that_was_lost_while_nobody_looked_is_noticed(own_broker: KafkaCluster) -> None:
    """F5: what is acknowledged stands before what was acknowledged earlier."""
    bus, topic = KafkaBus({"bootstrap_servers": own_broker.bootstrap}), "crm.test.lost"
    await bus.create_topics([topic])
    await bus.publish([message(topic, "k", str(n)) for n in range(3)])
    own_broker.kill()
    own_broker.wipe()
    await asyncio.to_thread(own_broker.restart)
    another = KafkaBus({"bootstrap_servers": own_broker.bootstrap})
    await another.create_topics([topic])
    with pytest.raises(LogMadeAnew, match=topic):
        await bus.publish([message(topic, "k", "3")])
    await bus.publish([message(topic, "k", "4")])
    await another.close()
    await bus.close()


async def test_what_another_system_takes_back_is_never_read(kafka: str) -> None:
    """An aborted transaction is no record; the marks of transactions hold nobody up."""
    bus, topic = KafkaBus({"bootstrap_servers": kafka}, partitions=1), "crm.test.transactions"
    await bus.create_topics([topic])
    producer = AIOKafkaProducer(bootstrap_servers=kafka, transactional_id=topic)
    await producer.start()
    for value in (b"taken back", b"meant", b"taken back as well"):
        await producer.begin_transaction()
        await producer.send_and_wait(topic, value, b"k")
        await (producer.commit_transaction() if value == b"meant" else producer.abort_transaction())
    await producer.stop()
    (place,) = await bus.end_offsets([topic])
    collected = Collector()
    async with consuming(bus, [topic], topic, collected), asyncio.timeout(30):
        while await bus.committed(topic) != await bus.end_offsets([topic]):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    assert collected.values == ["meant"]
    (record,) = await bus.read(*place, 0, 10)
    assert await bus.read(*place, record.offset + 1, 10) == []
    await bus.close()


async def test_a_busy_member_commits_several_batches_at_once(
    kafka: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Positions follow what is finished, never ahead of it, and all of it in the end."""
    bus, topic = KafkaBus({"bootstrap_servers": kafka}, partitions=1), "crm.test.together"
    await bus.create_topics([topic])
    collected, commits = Collector(), []
    commit = AIOKafkaConsumer.commit

    async def noted(self: AIOKafkaConsumer, offsets: dict[TopicPartition, int]) -> None:
        commits.append((sum(offsets.values()), collected.count))
        await commit(self, offsets)

    monkeypatch.setattr(AIOKafkaConsumer, "commit", noted)
    async with consuming(bus, [topic], topic, collected):
        for number in range(40):
            await bus.publish([message(topic, "k", str(number))])
            await until(lambda: collected.count == number + 1)  # noqa: B023
    assert len(collected.batches) == 40
    assert len(commits) < 40
    assert all(position <= finished for position, finished in commits)
    assert sum((await bus.committed(topic)).values()) == 40
    await bus.close()


async def test_a_consumer_with_a_pace_takes_what_came_meanwhile_together(kafka: str) -> None:
    """The first record is handled at once, the next ones together."""
    bus, topic = KafkaBus({"bootstrap_servers": kafka}, partitions=1), "crm.test.paced"
    await bus.create_topics([topic])
    collected, stop = Collector(), asyncio.Event()
    consuming = asyncio.ensure_future(bus.consume([topic], topic, collected, stop, pace=2.0))
    await bus.publish([message(topic, "k", "first")])
    await until(lambda: collected.count == 1)
    for number in range(10):
        await bus.publish([message(topic, "k", str(number))])
        await asyncio.sleep(0.02)
    assert collected.count == 1
    await until(lambda: collected.count == 11)
    assert collected.values == ["first", *map(str, range(10))]
    assert len(collected.batches) <= 3
    stop.set()
    await consuming
    await bus.close()


def test_kafka_without_an_address_is_refused() -> None:
    """--bus kafka alone does not say where the brokers are."""
    with pytest.raises(HostError, match="KEHU_KAFKA"):
        kafka_bus(HostSettings(bus="kafka"))
