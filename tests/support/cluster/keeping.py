"""Keeping a part running, as a supervisor does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Set

from shared.embedded import EmbeddedPostgresError
from shared.host.console import Say
from shared.pacing import Backoff, wait_for
from tests.support.cluster.parts import Part
from tests.support.kafka.errors import KafkaError

_WATCH_SECONDS = 0.1
#: Whoever ran for so long was well: its next end is the first one again.
_WELL_SECONDS = 10.0


async def keep(part: Part, stop: asyncio.Event, held: Set[str], say: Say) -> None:
    """Start the part whenever it ended, until ``stop`` is set, and not while it is held."""
    backoff = Backoff(0.1, 5)
    started = time.monotonic()
    while not await wait_for(stop, _WATCH_SECONDS):
        if part.running or part.name in held:
            continue
        if time.monotonic() - started > _WELL_SECONDS:
            backoff.reset()
        pause = backoff.next()
        say(f"{part.name} ended; starting it again in {pause:.1f} s")
        if await wait_for(stop, pause):
            return
        try:
            await part.start()
        except (EmbeddedPostgresError, KafkaError) as error:
            say(f"{part.name} does not start: {error}")
        started = time.monotonic()
