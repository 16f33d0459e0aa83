"""The Kafka that the other tests use is a real one, and bears what they do to it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from shared.bus.declared import declared_topics
from shared.host.buses import open_bus
from shared.host.errors import HostError
from shared.host.settings import HostSettings
from tests.support.kafka import client
from tests.support.kafka.cluster import KafkaCluster
from tests.support.kafka.distribution import find_distribution
from tests.support.kafka.errors import KafkaError
from tests.support.kafka.own import own_kafka
from tests.support.running import ROOT

SENT = [str(number).encode() for number in range(100)]


@pytest.fixture(scope="module")
def cluster(kafka_jars: None) -> Iterator[KafkaCluster]:
    """A cluster of one broker, for this module to kill."""
    with own_kafka() as cluster:
        cluster.start()
        yield cluster


async def test_a_killed_broker_comes_back_with_its_records(cluster: KafkaCluster) -> None:
    """F5: what was acknowledged is there after kill -9, at the same address."""
    address = cluster.bootstrap
    await client.create_topic(address, copies=1)
    async with client.producing(address) as producer:
        await client.send(producer, SENT)

    killed = cluster.pid()
    assert cluster.kill()
    assert cluster.pid() is None
    cluster.restart()

    assert cluster.bootstrap == address
    assert cluster.pid() not in (None, killed)
    assert await client.all_records(address) == SENT


async def test_a_broker_that_lost_its_log_comes_back_empty(cluster: KafkaCluster) -> None:
    """F5: the cluster is there again, and knows nothing of any topic."""
    cluster.kill()
    cluster.wipe()
    cluster.restart()
    assert await client.topics(cluster.bootstrap) == []


async def test_a_worker_that_starts_while_the_broker_is_away_waits_for_it(
    cluster: KafkaCluster,
) -> None:
    """F5: until it is there, or the worker is told to stop; a command that is run by hand says so
    at once."""
    settings = HostSettings.of(kafka=cluster.bootstrap)
    cluster.kill()
    with pytest.raises(HostError, match=cluster.bootstrap):
        await open_bus(settings, None)
    told = asyncio.Event()
    given_up = asyncio.create_task(open_bus(settings, None, told))
    waiting = asyncio.create_task(open_bus(settings, None, asyncio.Event()))
    done, _ = await asyncio.wait({given_up, waiting}, timeout=2)
    assert not done
    told.set()
    await (await asyncio.wait_for(given_up, 20)).close()
    cluster.restart()
    bus = await asyncio.wait_for(waiting, 60)
    assert {each.name for each in declared_topics()} <= set(await client.topics(cluster.bootstrap))
    await bus.close()


def test_a_running_broker_keeps_its_log(cluster: KafkaCluster) -> None:
    with pytest.raises(KafkaError, match="is running"):
        cluster.wipe()


async def test_a_paused_broker_goes_on(cluster: KafkaCluster) -> None:
    """F7: SIGSTOP and SIGCONT."""
    process = cluster.pid()
    assert cluster.pause()
    assert cluster.resume()
    cluster.restart()
    assert cluster.pid() == process


def test_another_process_finds_the_broker_running(cluster: KafkaCluster) -> None:
    """`make kafka` twice starts one broker; `make kafka-stop` stops the one another started."""
    other = KafkaCluster(cluster.folder)
    assert (other.start(), other.pid()) == (cluster.bootstrap, cluster.pid())
    other.stop()
    assert cluster.pid() is None
    cluster.start()


def test_a_killed_run_leaves_no_broker(kafka_jars: None) -> None:
    """A guard ends what the run can end no more, and holds the folder until it has."""
    script = """
        import os, signal
        from tests.support.kafka.own import own_kafka
        with own_kafka() as cluster:
            cluster.launch()
            print(cluster.pid(), flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    left = psutil.Process(int(said)) if psutil.pid_exists(int(said)) else None
    if left is not None:
        left.wait(timeout=60)


def test_a_folder_keeps_its_number_of_brokers(cluster: KafkaCluster) -> None:
    with pytest.raises(KafkaError, match="has 1 brokers"):
        KafkaCluster(cluster.folder, nodes=3)


def test_where_java_is_missing_it_is_said_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(KafkaError, match=r"no java here\. .*apt-get install"):
        find_distribution(print)


def test_an_old_java_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    java = tmp_path / "java"
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(KafkaError, match=r"too old: .*11\.0\.2"):
        find_distribution(print)
