"""What a cluster is made of: its identity, its brokers and their ports, remembered in a file."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from shared.embedded.state import HOST, free_port
from tests.support.kafka.errors import KafkaError

_FILE = "cluster.json"

#: Small: a whole cluster and its users share a developer's machine. A broker that was killed may
#: register again only when its session is over (9 s unless said here). What nobody reads any more
#: leaves the disk at once, not after minutes.
_SETTINGS = """\
process.roles=broker,controller
controller.listener.names=CONTROLLER
inter.broker.listener.name=BROKER
listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
auto.create.topics.enable=false
unclean.leader.election.enable=false
group.initial.rebalance.delay.ms=0
log.initial.task.delay.ms=500
log.retention.check.interval.ms=1000
log.segment.delete.delay.ms=500
log.cleaner.dedupe.buffer.size=4194304
num.network.threads=2
num.io.threads=4
offsets.topic.num.partitions=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.num.partitions=1
"""


@dataclass(frozen=True)
class Node:
    """One broker, which is a controller too. With an ``advertised`` port clients come by that one,
    where somebody stands before the broker who passes everything on to its own."""

    id: int
    port: int
    controller_port: int
    directory_id: str
    advertised: int = 0

    @property
    def address(self) -> str:
        """Where clients reach it."""
        return f"{HOST}:{self.advertised or self.port}"

    @property
    def controller(self) -> str:
        """Where the other controllers reach it."""
        return f"{HOST}:{self.controller_port}"


@dataclass(frozen=True)
class Layout:
    """The content of `cluster.json`."""

    cluster_id: str
    nodes: tuple[Node, ...]

    @classmethod
    def load(cls, folder: Path) -> Layout | None:
        """The layout of the folder, where there is one."""
        try:
            raw = json.loads((folder / _FILE).read_text())
        except FileNotFoundError:
            return None
        return cls(raw["cluster_id"], tuple(Node(**node) for node in raw["nodes"]))

    @classmethod
    def of(cls, folder: Path, count: int) -> Layout:
        """The layout of the folder; a new one where there is none yet."""
        if found := cls.load(folder):
            if len(found.nodes) != count:
                raise KafkaError(f"The cluster in {folder} has {len(found.nodes)} brokers.")
            return found
        ports = _free_ports(2 * count)
        nodes = (Node(each, next(ports), next(ports), _new_id()) for each in range(1, count + 1))
        made = cls(_new_id(), tuple(nodes))
        made.save(folder)
        return made

    def save(self, folder: Path) -> None:
        """Write the file, whole or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f"{_FILE}.new"
        draft.write_text(json.dumps(asdict(self), indent=2))
        draft.rename(folder / _FILE)

    def advertise(self, node: int, port: int) -> Layout:
        """The same cluster, with another port told to the clients of a broker."""
        nodes = (replace(each, advertised=port) if each.id == node else each for each in self.nodes)
        return replace(self, nodes=tuple(nodes))

    @property
    def bootstrap(self) -> str:
        """The addresses of all brokers, as clients take them."""
        return ",".join(node.address for node in self.nodes)

    @property
    def initial_controllers(self) -> tuple[str, ...]:
        """How `format` is told who votes: a broker that lost its log is the same voter again."""
        voters = (f"{node.id}@{node.controller}:{node.directory_id}" for node in self.nodes)
        return ("--initial-controllers", ",".join(voters))

    def settings(self, node: Node, data: Path) -> str:
        """The server.properties of a broker."""
        count = len(self.nodes)
        in_sync = 2 if count > 2 else 1
        controller = f"CONTROLLER://{node.controller}"
        own = {
            "node.id": node.id,
            "listeners": f"BROKER://{HOST}:{node.port},{controller}",
            "advertised.listeners": f"BROKER://{node.address},{controller}",
            "controller.quorum.bootstrap.servers": ",".join(each.controller for each in self.nodes),
            "log.dirs": data,
            "default.replication.factor": count,
            "min.insync.replicas": in_sync,
            "offsets.topic.replication.factor": count,
            "transaction.state.log.replication.factor": count,
            "transaction.state.log.min.isr": in_sync,
            "share.coordinator.state.topic.replication.factor": count,
            "share.coordinator.state.topic.min.isr": in_sync,
        }
        return _SETTINGS + "".join(f"{name}={value}\n" for name, value in own.items())


def _free_ports(count: int) -> Iterator[int]:
    found: set[int] = set()
    while len(found) < count:
        found.add(free_port())
    return iter(sorted(found))


def _new_id() -> str:
    """A UUID as Kafka writes it, and without a dash in front, which would look like an option."""
    while True:
        made = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        if not made.startswith("-"):
            return made
