"""The worker of a service: relay, sealer, consumers, deadlines and jobs, under supervision.

Any number of workers of a service may run: one relay and one sealer are active, consumers share
partitions, deadlines are locked one by one. Periodic jobs run in each, so they must bear that; so
does the look at what the service promises about its data.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from shared.audit.metrics import sample_audit
from shared.audit.sealer import Sealer
from shared.bus.port import Bus
from shared.db.invariants import Invariant
from shared.db.promises import look_at_promises
from shared.db.unit_of_work import Database
from shared.deadlines.runner import DeadlineHandler, DeadlineRunner
from shared.inbox.attendance import Attendance
from shared.inbox.consumer import Consumer
from shared.inbox.inbox import Inbox
from shared.inbox.metrics import sample_parked, unread
from shared.outbox.metrics import sample_outbox
from shared.outbox.relay import Relay
from shared.pacing import wait_for
from shared.supervision import Part, Progress, Supervised

log = structlog.get_logger("kehu.worker")

#: How long the batches at hand may take after a stop, before they are broken off.
GRACE_SECONDS = 12.0
CHECK_SECONDS = 5.0
PATIENCE_SECONDS = 60.0
#: The promises are first looked at when the start is over, but no later than they are again.
FIRST_LOOK_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Job:
    """Work done again and again, ``seconds`` after its last end; the first time after ``delay``."""

    name: str
    seconds: float
    work: Callable[[], Awaitable[None]]
    delay: float = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Run until ``stop`` is set; a failure is logged, and the job runs again at its time."""
        await wait_for(stop, self.delay)
        while not stop.is_set():
            try:
                await self.work()
            except Exception as error:
                log.error("job failed", job=self.name, exc_info=error)
            await wait_for(stop, self.seconds)


def periodic(name: str, seconds: float, work: Callable[[], Awaitable[None]]) -> Job:
    """Return a job that runs at once and then every ``seconds``."""
    return Job(name, seconds, work)


class Worker:
    """The background side of one service. Wakes its relay on every commit of ``database``.

    ``parts`` are what else runs until it is told to stop. ``relay``, ``inboxes`` and ``parts`` of
    a worker are open to be looked at.
    """

    def __init__(
        self,
        database: Database,
        bus: Bus,
        *,
        consumers: Sequence[Consumer] = (),
        deadlines: Mapping[str, DeadlineHandler] | None = None,
        jobs: Sequence[Job] = (),
        parts: Mapping[str, Part] | None = None,
        check_seconds: float = CHECK_SECONDS,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self.database = database
        self.bus = bus
        self.relay = Relay(database.engine, bus)
        self.sealer = Sealer(database)
        self.inboxes = {each.name: Inbox(database, each) for each in consumers}
        self.deadlines = DeadlineRunner(database, deadlines or {})
        running: dict[str, Part] = {
            "relay": self.relay.run,
            "sealer": self.sealer.run,
            **(parts or {}),
        }
        for name, inbox in self.inboxes.items():
            consume = partial(
                bus.consume, inbox.consumer.topics, name, inbox.handle, pace=inbox.consumer.pace
            )
            running[name] = Attendance(database, name, consume).run
        if deadlines:
            running["deadlines"] = self.deadlines.run
        running |= {job.name: job.run for job in jobs}
        self.parts = {name: self._supervised(name, part) for name, part in running.items()}
        self._check_seconds = check_seconds
        self._progress = {
            name: Progress(patience_seconds) for name in ("relay", "sealer", *self.inboxes)
        }
        database.on_commit = self.relay.wake

    def watch_promises(self, promises: Sequence[Invariant], seconds: float) -> None:
        """Look every ``seconds`` whether the service keeps what it promises about its data."""
        work = partial(look_at_promises, self.database, promises)
        job = Job("promises", seconds, work, min(seconds, FIRST_LOOK_SECONDS))
        self.parts[job.name] = self._supervised(job.name, job.run)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set; then finish the batches at hand and return."""
        watch = Job("watch", self._check_seconds, self.check)
        running = [asyncio.ensure_future(part.run(stop)) for part in self.parts.values()]
        running.append(asyncio.ensure_future(watch.run(stop)))
        log.info("worker started", service=self.database.service, parts=sorted(self.parts))
        try:
            await stop.wait()
            _, late = await asyncio.wait(running, timeout=GRACE_SECONDS)
            if late:
                log.warning("broken off", service=self.database.service, parts=len(late))
        finally:
            for task in running:
                task.cancel()
            await asyncio.wait(running, timeout=3)
        log.info("worker stopped", service=self.database.service)

    async def check(self) -> None:
        """Sample the gauges, and interrupt what has work waiting and stands still."""
        await self._look("relay", self._check_relay)
        await self._look("sealer", self._check_sealer)
        for name, inbox in self.inboxes.items():
            await self._look(name, partial(self._check_consumer, inbox))

    async def _look(self, name: str, check: Callable[[], Awaitable[None]]) -> None:
        """Look at one part; of what cannot be seen nothing is known."""
        try:
            await check()
        except Exception as error:
            log.warning("cannot look", service=self.database.service, error=repr(error)[:300])
            self._progress[name].reset()

    async def _check_relay(self) -> None:
        events, oldest = await sample_outbox(self.database)
        self._judge("relay", {"outbox": oldest} if events else {})

    async def _check_sealer(self) -> None:
        oldest = await sample_audit(self.database)
        self._judge("sealer", {"audit": oldest} if oldest else {})

    async def _check_consumer(self, inbox: Inbox) -> None:
        await sample_parked(self.database, inbox.consumer)
        waiting = await unread(self.bus, inbox.consumer)
        self._judge(inbox.consumer.name, {place: each.position for place, each in waiting.items()})

    def _supervised(self, name: str, part: Part) -> Supervised:
        return Supervised(f"{self.database.service}.{name}", part)

    def _judge(self, name: str, waiting: Mapping[Any, object]) -> None:
        if self._progress[name].stalled(waiting):
            self.parts[name].interrupt()
