"""Keeps long-running parts of a process alive: restarts what crashes or stands still."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import Any

import structlog
from prometheus_client import Counter

from shared.pacing import Backoff, wait_for

log = structlog.get_logger("kehu.supervision")

RESTARTS = Counter(
    "crm_component_restarts", "Restarts of a crashed or stuck part of a process.", ["component"]
)

#: A part runs until the event is set; returning earlier counts as a crash.
Part = Callable[[asyncio.Event], Awaitable[None]]
#: A part that ran this long was well; its next crash is restarted quickly again.
WELL_SECONDS = 60.0


class Supervised:
    """One part under supervision."""

    def __init__(self, name: str, part: Part, *, backoff: Backoff | None = None) -> None:
        self.name = name
        self.restarts = 0
        self._part = part
        self._backoff = backoff or Backoff(first=0.5, cap=30.0)
        self._task: asyncio.Task[None] | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Run the part until ``stop`` is set, anew after each crash."""
        while not stop.is_set():
            began = time.monotonic()
            error = await self._once(stop)
            if stop.is_set():
                return
            if time.monotonic() - began > WELL_SECONDS:
                self._backoff.reset()
            self.restarts += 1
            RESTARTS.labels(self.name).inc()
            pause = self._backoff.next()
            log.error("restarting", component=self.name, after=round(pause, 1), exc_info=error)
            await wait_for(stop, pause)

    def interrupt(self) -> None:
        """Break the part off because it stands still; it is started again."""
        if self._task is not None:
            self._task.cancel()

    async def _once(self, stop: asyncio.Event) -> BaseException | None:
        """Run the part once; return what ended it."""
        self._task = asyncio.ensure_future(self._start(stop))
        try:
            await asyncio.wait({self._task})
        except asyncio.CancelledError:
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=5)
            raise
        if self._task.cancelled():
            return TimeoutError(f"{self.name} stood still")
        return self._task.exception() or RuntimeError(f"{self.name} ended by itself")

    async def _start(self, stop: asyncio.Event) -> None:
        await self._part(stop)


class Progress:
    """Tells a part that stands still from one that has nothing to do."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._seen: dict[Hashable, tuple[object, float]] = {}

    def reset(self) -> None:
        """Start counting anew: nothing is known."""
        self._seen.clear()

    def stalled(self, waiting: Mapping[Any, object]) -> bool:
        """Say whether one of the things that wait, each with a marker of how far it has come, has
        not moved for long."""
        now = time.monotonic()
        before, self._seen = self._seen, {}
        for key, marker in waiting.items():
            known = before.get(key)
            self._seen[key] = known if known and known[0] == marker else (marker, now)
        if all(now - since <= self._patience for _, since in self._seen.values()):
            return False
        self.reset()
        return True
