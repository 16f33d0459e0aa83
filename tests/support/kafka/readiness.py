"""Ready means that a client was answered: by this broker, and that it knows itself at work."""

from __future__ import annotations

import asyncio
import logging
import threading

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError as ClientError

_TIMEOUT_MS = 3000


def brokers_at_work(address: str) -> set[int]:
    """Return the brokers that the one at the address says are at work; none if it is silent."""
    found: set[int] = set()
    # In a loop of its own: the caller is synchronous but may be called where a loop runs.
    thread = threading.Thread(target=lambda: found.update(asyncio.run(_ask(address))))
    thread.start()
    thread.join()
    return found


async def _ask(address: str) -> set[int]:
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it is no news that it is not there
    client = AIOKafkaAdminClient(bootstrap_servers=address, request_timeout_ms=_TIMEOUT_MS)
    try:
        async with asyncio.timeout(_TIMEOUT_MS / 1000):
            await client.start()
            cluster = await client.describe_cluster()
    except (ClientError, OSError, TimeoutError):
        return set()
    finally:
        await client.close()
    return {broker["node_id"] for broker in cluster["brokers"]}
