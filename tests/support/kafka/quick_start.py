"""Kafka's classes in an archive, so that a broker starts in a quarter of the time."""

from __future__ import annotations

import signal
import tempfile
import time
from pathlib import Path

from shared.host.console import Say
from tests.support.kafka.broker import Broker
from tests.support.kafka.distribution import Distribution, find_distribution, locked
from tests.support.kafka.layout import Layout
from tests.support.kafka.readiness import brokers_at_work

_SECONDS = 90


def prepare(say: Say) -> Distribution:
    """Return the pinned Kafka, fetched and with its archive: both the first time only.

    Raises:
        KafkaError: Java or Maven is missing, or Maven could not fetch it.
    """
    kafka = find_distribution(say)
    with locked():
        if not kafka.archive.exists():
            say("preparing quick starts of the broker, once")
            _make_archive(kafka)
    return kafka


def _make_archive(kafka: Distribution) -> None:
    """Have Java write what a broker loaded when it ends; without that, starts are slow but good."""
    draft = kafka.archive.with_suffix(".new")
    with tempfile.TemporaryDirectory(prefix="kehu-kafka-") as name:
        layout = Layout.of(Path(name), 1)
        broker = Broker(Path(name), layout.nodes[0], layout)
        try:
            broker.launch(kafka, f"-XX:ArchiveClassesAtExit={draft}")
            _await(broker)
            broker.signal(signal.SIGTERM)
            broker.wait_for_end(_SECONDS)
        finally:
            broker.kill()
    if not draft.exists():
        draft.touch()
    draft.rename(kafka.archive)


def _await(broker: Broker) -> None:
    deadline = time.monotonic() + _SECONDS
    while broker.process is not None and not brokers_at_work(broker.node.address):
        if time.monotonic() > deadline:
            return
        time.sleep(0.1)
