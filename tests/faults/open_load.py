"""An open load: requests leave when they are due, whether others were answered or not."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

_SLICE = 0.01
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(slots=True)
class Seen:
    """What came of a load: seconds of each answer by its status; ``unsent`` found no connection,
    ``broken`` were cut off."""

    took: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    headers: dict[int, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    unsent: int = 0
    broken: int = 0

    def percentile(self, status: int, share: float) -> float:
        """The milliseconds within which a share of the answers with a status came."""
        ordered = sorted(self.took.get(status) or [0.0])
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000

    @property
    def others(self) -> list[int]:
        """Statuses that are neither done nor politely refused."""
        return sorted(self.took.keys() - {200, 429, 503})


class Line:
    """Keep-alive connections to a port."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[Connection] = []
        self._tasks = set[asyncio.Task[None]]()

    async def open(self, count: int) -> None:
        """Open so many connections: a load is no storm of them."""
        for _ in range(count):
            self._idle.append(await asyncio.open_connection("127.0.0.1", self._port))

    def send(self, request: bytes, seen: Seen) -> None:
        """Send a request now, and note what comes of it."""
        if not self._idle:
            seen.unsent += 1
            return
        task = asyncio.create_task(self._over(self._idle.pop(), request, seen))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def answered(self) -> None:
        """Wait until all that was sent is answered."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """Hang up."""
        await self.answered()
        for _, writer in self._idle:
            writer.close()

    async def ask(self, request: bytes, seen: Seen) -> None:
        """Send a request, and wait for the answer."""
        await self._over(self._idle.pop(), request, seen)

    async def _over(self, connection: Connection, request: bytes, seen: Seen) -> None:
        reader, writer = connection
        due = time.perf_counter()
        try:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            await reader.readexactly(int(head.partition(b"content-length:")[2].split(None, 1)[0]))
            status = int(head.split(None, 2)[1])
            seen.took[status].append(time.perf_counter() - due)
            if status != 200:
                seen.headers[status].append(head)
            self._idle.append(connection)
        except (OSError, asyncio.IncompleteReadError):
            seen.broken += 1


async def open_load(line: Line, requests: Sequence[bytes], rate: float, seconds: float) -> Seen:
    """Send ``rate`` requests a second, in turn, and wait for the answers."""
    seen, began, sent = Seen(), time.perf_counter(), 0
    while (passed := time.perf_counter() - began) < seconds:
        while sent < passed * rate:
            line.send(requests[sent % len(requests)], seen)
            sent += 1
        await asyncio.sleep(_SLICE)
    await line.answered()
    return seen


async def capacity(line: Line, requests: Sequence[bytes], clients: int, seconds: float) -> float:
    """How many requests a second are answered when ``clients`` ask one after the other."""
    seen, until = Seen(), time.perf_counter() + seconds

    async def ask() -> None:
        number = 0
        while time.perf_counter() < until:
            await line.ask(requests[number % len(requests)], seen)
            number += 1

    await asyncio.gather(*(ask() for _ in range(clients)))
    return len(seen.took[200]) / seconds
