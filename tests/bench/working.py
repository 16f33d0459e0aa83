"""One service's worker on Kafka, or its relay alone, in a process of its own, until it is killed.

python -m tests.bench.working SERVICE DSN BROKERS [relay]
"""

from __future__ import annotations

import asyncio
import sys

from shared.host import server
from shared.logging import configure
from shared.service import load
from tests.bench.stream import kafka


async def work(name: str, dsn: str, brokers: str, part: str, stop: asyncio.Event) -> None:
    """Run the worker, or the one part of it."""
    service = load(name)
    settings = service.settings(database_url=dsn)
    bus = kafka(brokers)
    server.freeze()
    worker = service.create_worker(settings, bus)
    await (worker.parts[part] if part else worker).run(stop)
    await bus.close()


if __name__ == "__main__":
    configure("warning")
    name, dsn, brokers, *part = sys.argv[1:]
    server.run(lambda stop: work(name, dsn, brokers, "".join(part), stop))
