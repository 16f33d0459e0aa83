"""``python -m tests.support.kafka start|stop``: what `make kafka` and `make kafka-stop` do."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from shared.host.console import say
from tests.support.kafka.cluster import KafkaCluster, kill_brokers
from tests.support.kafka.distribution import CACHE
from tests.support.kafka.errors import KafkaError


def main() -> int:
    """Carry out the command; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.kafka", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("start", help="start it, or find it running; print its address")
    start.add_argument("--nodes", type=int, choices=(1, 3), default=1, help="how many brokers")
    stop = commands.add_parser("stop", help="stop what runs; the data stay")
    for command in (start, stop):
        command.add_argument("--folder", type=Path, default=CACHE, help="where the data are")
    end = commands.add_parser("end", help="kill what runs on the folder of one cluster")
    end.add_argument("folder", type=Path)
    chosen = parser.parse_args()
    if chosen.command == "end":
        kill_brokers(chosen.folder)
        return 0
    try:
        if chosen.command == "start":
            return _start(_cluster(chosen.folder, chosen.nodes))
        return _stop(chosen.folder)
    except KafkaError as error:
        print(error, file=sys.stderr)
        return 1


def _start(cluster: KafkaCluster) -> int:
    address = cluster.start()
    say(f"Apache Kafka answers at {address}, data in {cluster.folder}")
    say(f"export KEHU_KAFKA={address}")
    return 0


def _stop(folder: Path) -> int:
    for nodes in (1, 3):
        if not _data(folder, nodes).exists():
            continue
        cluster = _cluster(folder, nodes)
        running = [node for node in cluster.nodes if cluster.pid(node) is not None]
        cluster.stop()
        if running:
            say(f"stopped {len(running)} of {nodes} brokers at {cluster.bootstrap}")
    return 0


def _data(folder: Path, nodes: int) -> Path:
    return folder / f"data-{nodes}"


def _cluster(folder: Path, nodes: int) -> KafkaCluster:
    return KafkaCluster(_data(folder, nodes), nodes, say=say)


if __name__ == "__main__":
    sys.exit(main())
