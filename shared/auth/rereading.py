"""Reading anew what has grown old, once for all who ask at the same time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable


class Rereading:
    """Knows how old something is, and has it read again by ``refresh``."""

    def __init__(self, refresh: Callable[[], Awaitable[None]]) -> None:
        self._refresh = refresh
        self._read_at = float("-inf")
        self._reading: asyncio.Future[None] | None = None

    def is_older_than(self, seconds: float) -> bool:
        """Say whether it should be read anew."""
        return time.monotonic() - self._read_at > seconds

    def forget(self) -> None:
        """Have it read anew by the next who asks."""
        self._read_at = float("-inf")

    async def again(self) -> None:
        """Read anew. Who comes meanwhile shares the reading, and its failure: were each to try in
        turn, a database that is away would make them queue."""
        await asyncio.shield(self.start())

    def start(self) -> asyncio.Future[None]:
        """Begin to read anew, unless that is under way."""
        if self._reading is None or self._reading.done():
            self._reading = asyncio.ensure_future(self._read())
        return self._reading

    async def _read(self) -> None:
        started = time.monotonic()
        await self._refresh()
        self._read_at = started
