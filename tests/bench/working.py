"""One service's worker on Kafka, in a process of its own, until it is killed.

python -m tests.bench.working SERVICE DSN BROKERS
"""

from __future__ import annotations

import asyncio
import sys

import uvloop

from shared.host.server import freeze
from shared.logging import configure
from shared.service import load
from shared.worker import stop_on_signals
from tests.bench.stream import kafka


async def work(name: str, dsn: str, brokers: str) -> None:
    """Run the worker."""
    service = load(name)
    settings = service.settings(database_url=dsn)
    bus = kafka(brokers)
    stop = asyncio.Event()
    stop_on_signals(stop)
    freeze()
    await service.create_worker(settings, bus).run(stop)
    await bus.close()


if __name__ == "__main__":
    configure("warning")
    uvloop.run(work(*sys.argv[1:]))
