"""Helpers for tests that publish to a bus and consume from it."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress

import psutil

from shared.bus.port import Bus, Message, Record, RecordHandler


class Collector:
    """A handler that keeps what it is handed, and how."""

    def __init__(self) -> None:
        self.batches: list[Sequence[Record]] = []

    async def __call__(self, records: Sequence[Record]) -> None:
        self.batches.append(records)

    @property
    def values(self) -> list[str]:
        return [record.value.decode() for batch in self.batches for record in batch]

    @property
    def count(self) -> int:
        return sum(len(batch) for batch in self.batches)

    @property
    def partitions(self) -> set[int]:
        return {record.partition for batch in self.batches for record in batch}

    def by_key(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for batch in self.batches:
            for record in batch:
                found[record.key].append(record.value.decode())
        return found


def message(topic: str, key: str, value: str) -> Message:
    return Message(topic, key, value.encode(), {"ce_id": value, "说明": "标题"})


def is_ordered(values: list[str]) -> bool:
    """Whether the numbers come in order."""
    return [int(value) for value in values] == sorted(int(value) for value in values)


@asynccontextmanager
async def consuming(
    bus: Bus, topics: Iterable[str], group: str, handler: RecordHandler
) -> AsyncIterator[asyncio.Event]:
    """Consume during the block; setting the event it gives stops earlier."""
    stop = asyncio.Event()
    task = asyncio.ensure_future(bus.consume(topics, group, handler, stop))
    try:
        yield stop
    finally:
        stop.set()
        async with asyncio.timeout(20):
            await task


async def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until the condition holds."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - any condition, not one event
            await asyncio.sleep(0.01)


def kill_family(pid: int) -> None:
    """Kill a server with all its processes, and wait until they are gone."""
    postmaster = psutil.Process(pid)
    postmaster.suspend()  # it starts no replacements meanwhile
    family = [postmaster, *postmaster.children(recursive=True)]
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    deadline = time.monotonic() + 10
    while any(_lives(process) for process in family) and time.monotonic() < deadline:
        time.sleep(0.005)


def _lives(process: psutil.Process) -> bool:
    """Dead is dead, even if nobody has buried it: whoever adopted it may be slow to."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
