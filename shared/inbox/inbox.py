"""A consumer at work on a service's database: each event once, with its effect, or parked.

A batch is one transaction. Only when it fails are its events taken one by one,
tried again a few times, and then parked; the trouble of one event is the trouble of its
aggregate alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from uuid import UUID

import structlog

from shared.bus.port import Record
from shared.db.connection import is_transient
from shared.db.driver import Connection
from shared.db.unit_of_work import Database
from shared.inbox import metrics, store
from shared.inbox.arrival import Arrival, Reason
from shared.inbox.consumer import Consumer
from shared.outbox.writer import append

log = structlog.get_logger("kehu.inbox")

#: Pauses in seconds before a failed event is tried again; then it is parked.
RETRY_PAUSES = (0.1, 0.5)

_BEHIND = "behind a parked event"


class Inbox:
    """Gives ``handle`` to the bus. ``claim`` is how it finds out what was applied before."""

    def __init__(
        self,
        database: Database,
        consumer: Consumer,
        *,
        retry_pauses: Sequence[float] = RETRY_PAUSES,
    ) -> None:
        self.database = database
        self.consumer = consumer
        self.claim = store.claim
        self.handled = 0
        self._retry_pauses = tuple(retry_pauses)

    async def handle(self, records: Sequence[Record]) -> None:
        """Apply or park records, those of a partition in their order.

        Raises what the database raises while it is away: the bus delivers them again.
        """
        arrivals = [self.consumer.read(record) for record in records]
        if not await self._all_at_once(arrivals):
            for arrival in arrivals:
                await self._one(arrival)
        self.handled += len(records)

    async def take(self, conn: Connection, arrivals: Sequence[Arrival]) -> bool:
        """Claim and apply in the caller's transaction; say whether events were recorded."""
        fresh = await self.claim(conn, self.consumer.name, arrivals)
        once: dict[UUID, Arrival] = {}
        for arrival in arrivals:
            if arrival.event_id in fresh:
                once.setdefault(arrival.event_id, arrival)  # a batch may hold an event twice
        self._count_unknown(once.values())
        recorded = await self.consumer.apply(self.database, conn, once.values())
        if recorded:
            await append(conn, recorded)
        return bool(recorded)

    async def _all_at_once(self, arrivals: Sequence[Arrival]) -> bool:
        """Apply a batch in one transaction; say False if it must be taken apart."""
        if any(arrival.reason for arrival in arrivals):
            return False
        try:
            await self._apply(arrivals)
        except Exception as error:
            if is_transient(error):
                raise
            self._warn("batch taken apart", arrivals[0], error)
            return False
        return True

    async def _apply(self, arrivals: Sequence[Arrival]) -> None:
        name = self.consumer.name
        async with self.database.pool.transaction() as conn:
            await store.proceed(conn, name, arrivals)
            held = await store.held(conn, name, {each.aggregate_id for each in arrivals})
            for arrival in arrivals:
                if arrival.aggregate_id in held:
                    await store.park(conn, name, arrival, Reason.HELD, _BEHIND)
            free = [each for each in arrivals if each.aggregate_id not in held]
            recorded = await self.take(conn, free)
        for arrival in arrivals:
            if arrival.aggregate_id in held:
                self._tell_parked(arrival, Reason.HELD, _BEHIND)
        if recorded:
            self.database.on_commit()

    async def _one(self, arrival: Arrival) -> None:
        """Apply one event, with a few attempts, or park it."""
        if arrival.reason is not None:
            await self._park(arrival, arrival.reason, arrival.error, 0)
            return
        for pause in (*self._retry_pauses, None):
            try:
                await self._apply([arrival])
                return
            except Exception as error:
                if is_transient(error):
                    raise
                self._warn("event failed", arrival, error)
                if pause is None:
                    attempts = len(self._retry_pauses) + 1
                    await self._park(arrival, Reason.FAILED, describe(error), attempts)
                    return
                await asyncio.sleep(pause)

    async def _park(self, arrival: Arrival, reason: Reason, error: str, attempts: int) -> None:
        name = self.consumer.name
        async with self.database.pool.transaction() as conn:
            await store.proceed(conn, name, [arrival])
            await store.park(conn, name, arrival, reason, error, attempts)
        self._tell_parked(arrival, reason, error)

    def _count_unknown(self, arrivals: Iterable[Arrival]) -> None:
        """Tell of events that a newer release publishes and this one need not understand."""
        for arrival in arrivals:
            if arrival.unknown and arrival.envelope is not None:
                metrics.SKIPPED.labels(self.consumer.name, arrival.envelope.topic).inc()
                kind = arrival.envelope.type
                log.debug("unknown event skipped", consumer=self.consumer.name, type=kind)

    def _tell_parked(self, arrival: Arrival, reason: Reason, error: str) -> None:
        """Say loudly that somebody has to look at an event; of those behind it, quietly."""
        tell = log.info if reason is Reason.HELD else log.error
        tell(
            "event parked",
            consumer=self.consumer.name,
            event_id=str(arrival.event_id),
            type=arrival.record.headers.get("ce_type"),
            aggregate_id=str(arrival.aggregate_id),
            reason=reason.value,
            error=error,
            look=f"kehu parked show {self.consumer.name} {arrival.event_id}",
        )

    def _warn(self, what: str, arrival: Arrival, error: object) -> None:
        log.warning(
            what,
            consumer=self.consumer.name,
            event_id=str(arrival.event_id),
            topic=arrival.record.topic,
            partition=arrival.record.partition,
            offset=arrival.record.offset,
            error=error if isinstance(error, str) else describe(error),
        )


def describe(error: object) -> str:
    """Return an error's class and message."""
    return f"{type(error).__name__}: {error}"[:2000]
