"""One service's worker on Kafka, in a process of its own, until it is killed.

python -m tests.bench.working SERVICE DSN BROKERS
"""

from __future__ import annotations

import asyncio
import sys

from shared.host import server
from shared.logging import configure
from shared.service import load
from tests.bench.stream import kafka


async def work(name: str, dsn: str, brokers: str, stop: asyncio.Event) -> None:
    """Run the worker."""
    service = load(name)
    settings = service.settings(database_url=dsn)
    bus = kafka(brokers)
    server.freeze()
    await service.create_worker(settings, bus).run(stop)
    await bus.close()


if __name__ == "__main__":
    configure("warning")
    name, dsn, brokers = sys.argv[1:]
    server.run(lambda stop: work(name, dsn, brokers, stop))
