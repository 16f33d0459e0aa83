"""``python -m tests.support.kafka start|stop``: what `make kafka` and `make kafka-stop` do."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from shared.host.console import say
from tests.support.kafka.cluster import KafkaCluster
from tests.support.kafka.distribution import CACHE
from tests.support.kafka.errors import KafkaError


def main() -> int:
    """Carry out the command; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.kafka", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("start", help="start it, or find it running; print its address")
    start.add_argument("--nodes", type=int, choices=(1, 3), default=1, help="how many brokers")
    commands.add_parser("stop", help="stop what runs; the data stay")
    chosen = parser.parse_args()
    try:
        return _start(chosen.nodes) if chosen.command == "start" else _stop()
    except KafkaError as error:
        print(error, file=sys.stderr)
        return 1


def _start(nodes: int) -> int:
    cluster = _cluster(nodes)
    address = cluster.start()
    say(f"Apache Kafka answers at {address}, data in {cluster.folder}")
    say(f"export KEHU_KAFKA={address}")
    return 0


def _stop() -> int:
    for nodes in (1, 3):
        if not _folder(nodes).exists():
            continue
        cluster = _cluster(nodes)
        running = [node for node in cluster.nodes if cluster.pid(node) is not None]
        cluster.stop()
        if running:
            say(f"stopped {len(running)} of {nodes} brokers at {cluster.bootstrap}")
    return 0


def _folder(nodes: int) -> Path:
    return CACHE / f"data-{nodes}"


def _cluster(nodes: int) -> KafkaCluster:
    return KafkaCluster(_folder(nodes), nodes, say=say)


if __name__ == "__main__":
    sys.exit(main())
