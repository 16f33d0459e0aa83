"""One broker: its folder, formatted before its first start, and its process."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil

from shared.embedded.state import HOST, is_free
from tests.support.kafka.distribution import DEPLOY, Distribution
from tests.support.kafka.errors import KafkaError
from tests.support.kafka.layout import Layout, Node

_STORAGE_TOOL = "kafka.tools.StorageTool"
_SERVER = "kafka.Kafka"
_OPTIONS = (
    "-Xms64m",
    "-Xmx384m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",  # half the work at a start, and fast enough
    "-Djava.awt.headless=true",
    f"-Dlog4j2.configurationFile={DEPLOY / 'log4j2.properties'}",
)
_LOG_SHOWN = 3000
_POLL_SECONDS = 0.02


class Broker:
    """A broker of a cluster. Its process is in a session of its own: Ctrl-C is not for it."""

    def __init__(self, folder: Path, node: Node, layout: Layout) -> None:
        self.node = node
        self._layout = layout
        self._folder = folder / f"node-{node.id}"
        self._data = self._folder / "data"
        self._formatted = self._folder / "formatted"
        self._settings = self._folder / "server.properties"
        self._pid_file = self._folder / "process.json"
        self._log = self._folder / "kafka.log"
        self._process: subprocess.Popen[bytes] | None = None  # if it is a child of ours

    @property
    def process(self) -> psutil.Process | None:
        """The broker's process while it is there, whoever started it."""
        if self._process is not None:
            self._process.poll()  # bury it, if it is dead
        try:
            noted = json.loads(self._pid_file.read_text())
            found = psutil.Process(noted["pid"])
            lives = found.create_time() == noted["created"]
            return found if lives and found.status() != psutil.STATUS_ZOMBIE else None
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
            return None

    def launch(self, kafka: Distribution, *options: str) -> None:
        """Start the process, unless it is there; do not wait until it answers."""
        if self.process is not None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        self._settings.write_text(self._layout.settings(self.node, self._data))
        if not self._formatted.exists():
            self._format(kafka)
        self._await_ports()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                kafka.command(_SERVER, str(self._settings), options=(*_OPTIONS, *options)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                start_new_session=True,
            )
        created = psutil.Process(self._process.pid).create_time()
        self._pid_file.write_text(json.dumps({"pid": self._process.pid, "created": created}))

    def signal(self, number: int) -> bool:
        """Send the process a signal; say whether there was one."""
        process = self.process
        if process is None:
            return False
        try:
            os.kill(process.pid, number)
        except ProcessLookupError:
            return False
        return True

    def wait_for_end(self, seconds: float) -> bool:
        """Wait until the process is gone; say whether it is."""
        deadline = time.monotonic() + seconds
        while self.process is not None:
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_SECONDS)
        return True

    def ask_to_stop(self) -> None:
        """Ask the process to end in good order, even if it is paused."""
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)

    def end(self, seconds: float) -> bool:
        """Wait so long for the end, then kill it; say whether it ended by itself."""
        return self.wait_for_end(seconds) or not self.kill()

    def kill(self) -> bool:
        """Kill the process at once; say whether there was one."""
        killed = self.signal(signal.SIGKILL)
        self.wait_for_end(10)
        return killed

    def wipe(self) -> None:
        """Forget everything that the broker holds."""
        if self.process is not None:
            raise KafkaError(f"Broker {self.node.id} is running; its log cannot be taken away.")
        self._formatted.unlink(missing_ok=True)
        shutil.rmtree(self._data, ignore_errors=True)

    def log_tail(self) -> str:
        """The end of what the broker said."""
        text = self._log.read_text(errors="replace") if self._log.exists() else ""
        return text[-_LOG_SHOWN:]

    def _format(self, kafka: Distribution) -> None:
        """Once; what a killed one left half done is done again."""
        shutil.rmtree(self._data, ignore_errors=True)
        command = kafka.command(
            *(_STORAGE_TOOL, "format", "--cluster-id", self._layout.cluster_id),
            *("--config", str(self._settings), *self._layout.initial_controllers),
            options=_OPTIONS,
        )
        done = subprocess.run(command, capture_output=True, text=True, cwd=self._folder)
        if done.returncode != 0:
            raise KafkaError(f"Broker {self.node.id} is not formatted:\n{done.stdout}{done.stderr}")
        self._formatted.touch()

    def _await_ports(self) -> None:
        """A killed broker's ports may be in use for a moment longer than it lives."""
        deadline = time.monotonic() + 5
        for port in (self.node.port, self.node.controller_port):
            while not is_free(port):
                if time.monotonic() > deadline:
                    raise KafkaError(
                        f"Port {port} of {HOST} is the one of broker {self.node.id}, but somebody "
                        f"else listens there. Stop that, or remove {self._folder.parent} to begin "
                        "anew on other ports."
                    )
                time.sleep(_POLL_SECONDS)
