"""A real Apache Kafka on this machine, without containers: fetched, formatted, started, killed.

It stands beside the tests because Kehu ships no broker: in production `KEHU_KAFKA` names one. The
Makefile uses it too (`make kafka`: ``python -m tests.support.kafka``).
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from shared.host.console import Say, silent
from tests.support.kafka.broker import Broker
from tests.support.kafka.errors import KafkaError
from tests.support.kafka.layout import Layout
from tests.support.kafka.quick_start import prepare
from tests.support.kafka.readiness import brokers_at_work

_READY_SECONDS = 90
_STOP_SECONDS = 10
_POLL_SECONDS = 0.1


def kill_brokers(folder: Path) -> None:
    """Kill whatever runs on a cluster's folder, if it is one."""
    if layout := Layout.load(folder):
        for node in layout.nodes:
            Broker(folder, node, layout).kill()


class KafkaCluster:
    """The Kafka of a folder: one broker, or three that hold each record three times.

    Brokers are numbered from 1. They outlive us unless stopped; another `KafkaCluster` on the same
    folder, in another process perhaps, finds them. ``say`` is told what takes long, ``options`` are
    for the brokers' Java.
    """

    def __init__(
        self, folder: Path, nodes: int = 1, say: Say = silent, options: Sequence[str] = ()
    ) -> None:
        if nodes not in (1, 3):
            raise KafkaError(f"A cluster has one broker or three, not {nodes}.")
        self.folder = folder.resolve()
        self._say = say
        self._options = options
        self._lay_out(Layout.of(self.folder, nodes))

    @property
    def bootstrap(self) -> str:
        """The brokers' addresses, ``host:port,host:port``: the same at every start."""
        return self._layout.bootstrap

    @property
    def nodes(self) -> tuple[int, ...]:
        """The numbers of the brokers."""
        return tuple(self._brokers)

    def port(self, node: int = 1) -> int:
        """The port on which a broker listens, whatever its clients are told."""
        return self._brokers[node].node.port

    def advertise(self, port: int, node: int = 1) -> None:
        """Have the clients of a broker come by another port, from its next start on: somebody
        stands there and passes everything on to its own."""
        layout = self._layout.advertise(node, port)
        layout.save(self.folder)
        self._lay_out(layout)

    def start(self) -> str:
        """Start the brokers that are not there, and return the address when all of them answer."""
        with self._locked():
            for broker in self._brokers.values():
                self._launch(broker)
            self._await_answers(self._brokers.values())
        return self.bootstrap

    def stop(self) -> None:
        """Ask all brokers to stop, and make sure that they do."""
        deadline = time.monotonic() + _STOP_SECONDS
        brokers = list(self._brokers.values())
        for broker in brokers:
            broker.ask_to_stop()
        for broker in brokers:
            broker.end(deadline - time.monotonic())

    def stop_node(self, node: int, seconds: float = _STOP_SECONDS) -> bool:
        """Ask a broker to stop, and make sure that it does; say whether it stopped by itself."""
        self._brokers[node].ask_to_stop()
        return self._brokers[node].end(seconds)

    def remove(self) -> None:
        """Kill the brokers and remove the folder."""
        for broker in self._brokers.values():
            broker.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def pid(self, node: int = 1) -> int | None:
        """The process id of a broker that is there."""
        process = self._brokers[node].process
        return process.pid if process is not None else None

    def kill(self, node: int = 1) -> bool:
        """Kill a broker with -9; say whether it was there."""
        return self._brokers[node].kill()

    def pause(self, node: int = 1) -> bool:
        """Stop a broker in its tracks (SIGSTOP); say whether it was there."""
        return self._brokers[node].signal(signal.SIGSTOP)

    def resume(self, node: int = 1) -> bool:
        """Let a paused broker go on; say whether it was there."""
        return self._brokers[node].signal(signal.SIGCONT)

    def wipe(self, node: int = 1) -> None:
        """Take away the log of a broker that is not running. With one broker all is lost, topics
        too; with three, it gets everything again from the others."""
        self._brokers[node].wipe()

    def launch(self, node: int = 1) -> None:
        """Start a broker, unless it is there, and do not wait."""
        with self._locked():
            self._launch(self._brokers[node])

    def restart(self, node: int = 1) -> None:
        """Start a broker, unless it is there, and return when it answers."""
        self.launch(node)
        self._await_answers([self._brokers[node]])

    def log_tail(self, node: int = 1) -> str:
        """The end of what a broker said."""
        return self._brokers[node].log_tail()

    def _lay_out(self, layout: Layout) -> None:
        self._layout = layout
        self._brokers = {node.id: Broker(self.folder, node, layout) for node in layout.nodes}

    def _launch(self, broker: Broker) -> None:
        if broker.process is None:
            broker.launch(prepare(self._say), *self._options)

    def _await_answers(self, brokers: Iterable[Broker]) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        waiting = list(brokers)
        while waiting:
            waiting = [each for each in waiting if not self._answers(each)]
            if waiting and time.monotonic() > deadline:
                raise KafkaError(
                    f"Broker {waiting[0].node.id} does not answer:\n{waiting[0].log_tail()}"
                )
            time.sleep(_POLL_SECONDS if waiting else 0)

    def _answers(self, broker: Broker) -> bool:
        if broker.process is None:
            raise KafkaError(f"Broker {broker.node.id} ended:\n{broker.log_tail()}")
        return broker.node.id in brokers_at_work(broker.node.address)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time starts; the lock dies with its holder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.folder / "cluster.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
