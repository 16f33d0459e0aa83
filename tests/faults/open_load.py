"""An open load: requests leave when they are due, whether others were answered or not."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

_SLICE = 0.01


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


class _Connection(asyncio.Protocol):
    """One keep-alive connection. No task and no stream for a request: a client that costs as much
    as the server would measure itself."""

    transport: asyncio.Transport

    def __init__(self, line: Line) -> None:
        self._line = line
        self._seen = Seen()
        self._sent_at = 0.0
        self._received = b""
        self._answer: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def send(self, request: bytes, seen: Seen) -> asyncio.Future[None]:
        """Send a request; what is returned is done when the answer is there."""
        self._seen, self._received, self._sent_at = seen, b"", time.perf_counter()
        self._answer = answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return answer

    def data_received(self, data: bytes) -> None:
        self._received = received = self._received + data
        end = received.find(b"\r\n\r\n")
        if end < 0:
            return
        head = received[: end + 4].lower()
        length = int(head.partition(b"content-length:")[2].split(None, 1)[0])
        if len(received) >= len(head) + length:
            self._note(head)

    def connection_lost(self, error: Exception | None) -> None:
        if self._answer is not None:
            self._seen.broken += 1
            self._done()

    def _note(self, head: bytes) -> None:
        status = int(head[9:12])
        self._seen.took[status].append(time.perf_counter() - self._sent_at)
        if status != 200:
            self._seen.headers[status].append(head)
        self._line.idle.append(self)
        self._done()

    def _done(self) -> None:
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_result(None)


class Line:
    """Keep-alive connections to a port."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.idle: list[_Connection] = []
        self._awaited = set[asyncio.Future[None]]()

    async def open(self, count: int) -> None:
        """Open so many connections: a load is no storm of them."""
        loop = asyncio.get_running_loop()
        for _ in range(count):
            _, made = await loop.create_connection(
                lambda: _Connection(self), "127.0.0.1", self._port
            )
            self.idle.append(made)

    def send(self, request: bytes, seen: Seen) -> None:
        """Send a request now, and note what comes of it."""
        if self.idle:
            self._send(request, seen)
        else:
            seen.unsent += 1

    async def answered(self) -> None:
        """Wait until all that was sent is answered."""
        while self._awaited:
            await asyncio.wait(self._awaited)

    async def close(self) -> None:
        """Hang up."""
        await self.answered()
        for each in self.idle:
            each.transport.close()

    async def ask(self, request: bytes, seen: Seen) -> None:
        """Send a request, and wait for the answer."""
        await self._send(request, seen)

    def _send(self, request: bytes, seen: Seen) -> asyncio.Future[None]:
        answer = self.idle.pop().send(request, seen)
        self._awaited.add(answer)
        answer.add_done_callback(self._awaited.discard)
        return answer


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
