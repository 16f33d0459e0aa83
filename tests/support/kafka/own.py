"""A cluster of a run's own: on a folder that no other run holds, empty, and gone afterwards."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from shared.host.console import Say, silent
from tests.support.guarding import cleaned_up
from tests.support.kafka.cluster import KafkaCluster, kill_brokers
from tests.support.postgres import free_folder


@contextmanager
def own_kafka(
    nodes: int = 1, say: Say = silent, options: Sequence[str] = ()
) -> Iterator[KafkaCluster]:
    """A cluster, not started yet. What a killed run left in its place is ended first. ``options``
    are for the Java of its brokers."""
    folder, lock = free_folder("kafka")
    try:
        kill_brokers(folder)
        shutil.rmtree(folder, ignore_errors=True)
        cluster = KafkaCluster(folder, nodes, say, options)
        command = [sys.executable, "-m", "tests.support.kafka", "end", str(folder)]
        with cleaned_up(command, lock):
            try:
                yield cluster
            finally:
                cluster.remove()
    finally:
        os.close(lock)
