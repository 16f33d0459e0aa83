"""Asks every program of a cluster whether it lives, as a supervisor does, and ends who does not.

A program that answered once since its start, and then not three times running, is killed; whoever
keeps the cluster starts it again. It asks ``/livez``, which needs neither database nor broker.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from shared.embedded.state import HOST
from tests.faults.separate import Separate

_EVERY_SECONDS = 2.0
#: How long an answer may take; a busy machine is not a blocked loop.
_PATIENCE_SECONDS = 2.0
_FAILURES = 3


class Liveness:
    """Whom it killed, by name; ``since`` each start of a program it waits for the first answer."""

    def __init__(self, target: Separate) -> None:
        self.killed: Counter[str] = Counter()
        self._target = target
        self._alive: dict[str, int] = {}  # the process that answered, by program
        self._failures: Counter[str] = Counter()

    def knows(self, name: str) -> bool:
        """Whether a program has answered since its last start."""
        return self._alive.get(name) == self._target.cluster.parts[name].pid

    async def watch(self) -> None:
        """Go on until it is cancelled."""
        async with httpx.AsyncClient(timeout=_PATIENCE_SECONDS, trust_env=False) as client:
            while True:
                if self._target.cluster.parts:
                    ports = self._target.cluster.programs.ports
                    looks = (self._look_at(client, name, port) for name, port in ports.items())
                    await asyncio.gather(*looks)
                await asyncio.sleep(_EVERY_SECONDS)

    async def _look_at(self, client: httpx.AsyncClient, name: str, port: int) -> None:
        pid = self._target.cluster.parts[name].pid
        if pid is None:
            return
        try:
            lives = (await client.get(f"http://{HOST}:{port}/livez")).status_code == 200
        except httpx.TransportError:
            lives = False
        if lives:
            self._alive[name], self._failures[name] = pid, 0
        elif self._alive.get(name) == pid:
            self._failures[name] += 1
        if self._failures[name] == _FAILURES:
            self._failures[name] = 0
            if await self._target.end(name):
                self.killed[name] += 1


@asynccontextmanager
async def supervised(target: Separate) -> AsyncIterator[Liveness]:
    """Ask during the block."""
    liveness = Liveness(target)
    watching = asyncio.ensure_future(liveness.watch())
    try:
        yield liveness
    finally:
        watching.cancel()
        await asyncio.wait([watching])
