"""Three brokers hold what is acknowledged, whichever one is lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.kafka import client
from tests.support.kafka.cluster import KafkaCluster
from tests.support.kafka.own import own_kafka


@pytest.fixture
def trio(kafka_jars: None) -> Iterator[KafkaCluster]:
    """A cluster of three brokers."""
    with own_kafka(nodes=3) as cluster:
        cluster.start()
        yield cluster


async def test_each_broker_may_be_lost_in_turn(trio: KafkaCluster) -> None:
    """F5: every broker is killed once, and one of them loses its log as well; two go on alone, and
    nothing acknowledged is lost."""
    await client.create_topic(trio.bootstrap, copies=3)
    sent: list[bytes] = []
    async with client.producing(trio.bootstrap) as producer:
        for node in trio.nodes:
            assert trio.kill(node)
            values = [f"{node}:{number}".encode() for number in range(20)]
            await client.send(producer, values)
            sent += values
            if node == 2:
                trio.wipe(node)
            trio.restart(node)
    assert await client.all_records(trio.bootstrap) == sent
