"""Ways to hinder a consumer that leave its process alive: slow, hung, or its whole loop blocked.

They are armed as the points are, by files in the folder that ``FAULT_POINTS`` names.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterable
from typing import Any

from services.analytics.consumers import NAME as ANALYTICS
from shared.db.driver import Connection
from shared.db.unit_of_work import Database
from shared.inbox.arrival import Arrival
from shared.inbox.consumer import Consumer
from tests.faults.points import take
from tests.faults.witness import WITNESS

#: While it is armed, the consumer of analytics needs `SLOW_SECONDS` for each event.
SLOW = "consumer_slow"
#: Whoever takes it: the witness waits for ever, in the middle of its transaction.
HANG = "consumer_hangs"
#: Whoever takes it: the process of the witness does nothing at all for `BLOCK_SECONDS`.
BLOCK = "consumer_blocks"

SLOW_SECONDS = 0.02
BLOCK_SECONDS = 40.0


def watch(folder: str) -> None:
    """Have the consumers of this process look whether they are to be hindered."""
    apply = Consumer.apply
    slow, hang, block = (os.path.join(folder, each) for each in (SLOW, HANG, BLOCK))

    async def hindered(
        self: Consumer, database: Database, conn: Connection, arrivals: Iterable[Arrival]
    ) -> Any:
        events = list(arrivals)
        if self.name == ANALYTICS and os.access(slow, os.F_OK):
            await asyncio.sleep(SLOW_SECONDS * len(events))
        elif self.name == WITNESS.name and events:
            if take(hang):
                await asyncio.Event().wait()
            if take(block):
                time.sleep(BLOCK_SECONDS)  # noqa: ASYNC251 - it is what a blocked loop is
        return await apply(self, database, conn, events)

    Consumer.apply = hindered  # type: ignore[method-assign]
