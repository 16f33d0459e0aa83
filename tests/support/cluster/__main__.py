"""``python -m tests.support.cluster run|stop``: what `make cluster` and `make cluster-stop` do."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from pathlib import Path

import psutil

from shared.embedded import EmbeddedPostgresError, default_data_dir
from shared.host import server
from shared.host.console import say
from shared.host.errors import HostError
from shared.host.instance import only_instance
from shared.logging import configure
from tests.support.cluster.cluster import Cluster, end_all_of
from tests.support.cluster.nginx import NginxMissing
from tests.support.holding import SystemFailed
from tests.support.kafka.errors import KafkaError

#: What `Cluster` decides itself.
_OURS = {"KEHU_DATA", "KEHU_PORT", "KEHU_HOST", "KEHU_BUS", "KEHU_BUS_URL", "KEHU_KAFKA"}
_STOP_SECONDS = 60
_KEEPER = "keeper.pid"


def main() -> int:
    """Carry out the command; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.cluster", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="start everything and keep it running until SIGTERM")
    run.add_argument("--nodes", type=int, choices=(0, 1, 3), default=1, help="brokers of Kafka")
    run.add_argument("--port", type=int, default=8000, help="of the ingress")
    stop = commands.add_parser("stop", help="stop it; the data stay")
    for each in (run, stop):
        each.add_argument("--data", type=Path, default=default_data_dir() / "cluster")
    chosen = parser.parse_args()
    configure("warning")
    if chosen.command == "stop":
        _stop(chosen.data)
        return 0
    failures: list[BaseException] = []
    try:
        server.run(lambda stop: _run(chosen.data, chosen.port, chosen.nodes, stop))
    except* (HostError, KafkaError, EmbeddedPostgresError, NginxMissing, SystemFailed) as group:
        failures += group.exceptions
    for error in failures:
        print(error, file=sys.stderr)
    return 1 if failures else 0


async def _run(folder: Path, port: int, nodes: int, stop: asyncio.Event) -> None:
    told = {n: value for n, value in os.environ.items() if n.startswith("KEHU_") and n not in _OURS}
    with only_instance(folder) as note:
        (folder / _KEEPER).write_text(f"{os.getpid()}")
        cluster = Cluster(folder, port=port, brokers=nodes, settings=told, say=_tell)
        starting = asyncio.ensure_future(cluster.start())
        stopping = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait([starting, stopping], return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                await starting
                note(cluster.url)
                await cluster.keep(stop)
                _tell("stopping")
                await cluster.stop()
        finally:
            starting.cancel()
            stopping.cancel()
            end_all_of(folder)
            # A thread that was starting something learns only now that it was in vain.
            await asyncio.get_running_loop().shutdown_default_executor()
            end_all_of(folder)
    _tell("stopped")


def _stop(folder: Path) -> None:
    """Ask whoever keeps the cluster to stop it; end what a killed one left."""
    keeper = _keeper(folder)
    if keeper is not None:
        keeper.terminate()
        deadline = time.monotonic() + _STOP_SECONDS
        while not _ended(keeper) and time.monotonic() < deadline:
            time.sleep(0.1)
        if not _ended(keeper):
            keeper.kill()
    end_all_of(folder)


def _ended(process: psutil.Process) -> bool:
    """Whether it is over, even if nobody has buried it."""
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def _keeper(folder: Path) -> psutil.Process | None:
    """The process that keeps the cluster of the folder; its number may be another's by now."""
    try:
        found = psutil.Process(int((folder / _KEEPER).read_text()))
        return found if "tests.support.cluster" in found.cmdline() else None
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        return None


def _tell(line: str) -> None:
    say(f"{time.strftime('%H:%M:%S')} {line}")


if __name__ == "__main__":
    sys.exit(main())
