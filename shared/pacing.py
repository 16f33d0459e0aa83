"""Waiting: backoff between attempts, and sleeps that an event cuts short."""

from __future__ import annotations

import asyncio
import random


class Backoff:
    """Growing pauses, in seconds: ``first``, doubled each time up to ``cap``, spread by a fifth.

    The spread keeps processes that failed together from coming back together.
    """

    def __init__(self, first: float = 0.1, cap: float = 5.0) -> None:
        self._first = first
        self._cap = cap
        self.attempts = 0

    def reset(self) -> None:
        """Start again from ``first``: the last attempt went well."""
        self.attempts = 0

    def next(self) -> float:
        """Return how long to wait before the next attempt."""
        pause = min(self._cap, self._first * 2.0 ** min(self.attempts, 30))
        self.attempts += 1
        return pause * random.uniform(0.8, 1.2)  # noqa: S311 - no secret depends on it


async def wait_for(event: asyncio.Event, seconds: float) -> bool:
    """Wait until ``event`` is set, at most ``seconds``; say whether it is."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return event.is_set()
    return True


async def wait_for_any(*events: asyncio.Event, seconds: float) -> None:
    """Wait until one of the events is set, at most ``seconds``."""
    if any(event.is_set() for event in events):
        return
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waiting:
            each.cancel()
