"""A load generator that costs little: keep-alive connections that send prepared bytes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Request:
    """One request to send."""

    method: str
    path: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()

    def encode(self) -> bytes:
        """The bytes on the wire."""
        lines = [f"{self.method} {self.path} HTTP/1.1", "host: bench"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if self.body:
            lines += ["content-type: application/json", f"content-length: {len(self.body)}"]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body


@dataclass(frozen=True, slots=True)
class Result:
    """What a round came to. Seconds are of each answered request, sorted."""

    answered: int
    refused: int
    elapsed: float
    seconds: tuple[float, ...]

    @property
    def rate(self) -> float:
        """Answered requests per second."""
        return self.answered / self.elapsed

    def percentile(self, share: float) -> float:
        """The latency below which ``share`` of the requests were answered, in milliseconds."""
        return self.seconds[min(int(len(self.seconds) * share), len(self.seconds) - 1)] * 1000


async def load(port: int, requests: Iterator[Request], *, clients: int, seconds: float) -> Result:
    """Send what ``requests`` yields over ``clients`` connections until it or the time runs out."""
    taken: list[float] = []
    refused = 0
    started = time.perf_counter()
    deadline = started + seconds

    async def client() -> None:
        nonlocal refused
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in requests:
            sent = time.perf_counter()
            if sent > deadline:
                break
            writer.write(request.encode())
            status = await _answer(reader)
            taken.append(time.perf_counter() - sent)
            refused += status >= 300
        writer.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    elapsed = time.perf_counter() - started
    return Result(len(taken) - refused, refused, elapsed, tuple(sorted(taken)))


async def _answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    lower = head.lower()
    start = lower.find(b"content-length:")
    if start >= 0:
        length = int(lower[start + 15 : lower.find(b"\r\n", start)])
        if length:
            await reader.readexactly(length)
    return int(head[9:12])
