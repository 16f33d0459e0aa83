"""A consumer: which events it handles and how. A declaration, without a database or a bus."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from itertools import groupby
from typing import Any

from shared.audit.entries import Origin, Recorded
from shared.bus.port import Record
from shared.db.driver import Connection
from shared.db.unit_of_work import Database, UnitOfWork
from shared.domain.actor import SYSTEM
from shared.events.payload import Payload
from shared.inbox import inbound
from shared.inbox.arrival import Arrival, Reader, Received

Handler = Callable[[UnitOfWork, Received[Any]], Awaitable[None]]
BatchHandler = Callable[[UnitOfWork, list[Received[Any]]], Awaitable[None]]


class Consumer:
    """Handlers by payload class, under a name that is unique in the whole system.

    All topics of the handled types are subscribed, and every event of them is recorded in the
    inbox, handled or not. A batch handler gets a run of events of one partition, in order; one
    function registered for several types gets them mixed. It is for projections: what it records
    has no causation. An event type has one handler. A consumer that is in no hurry has a ``pace``:
    events that come within so many seconds may be applied together, which costs less.
    """

    def __init__(
        self,
        name: str,
        handlers: Mapping[type[Payload], Handler] | None = None,
        *,
        batch_handlers: Mapping[type[Payload], BatchHandler] | None = None,
        sources: Mapping[str, Collection[str]] | None = None,
        pace: float = 0.0,
    ) -> None:
        self.name = name
        self.pace = pace
        self._single = dict(handlers or {})
        self._batch = dict(batch_handlers or {})
        if twice := self._single.keys() & self._batch.keys():
            raise ValueError(f"{name} handles {sorted(each.event_type for each in twice)} twice")
        handled = self._single.keys() | self._batch.keys()
        self.types = frozenset(kind.event_type for kind in handled)
        self.topics = frozenset(kind.topic for kind in handled)
        self._origin = Origin(client=f"consumer {name}")
        self._reader = Reader(handled, sources or {})

    def read(self, record: Record) -> Arrival:
        """Return the event in a record, or why it cannot be applied."""
        return self._reader.read(record)

    async def apply(
        self, database: Database, conn: Connection, arrivals: Iterable[Arrival]
    ) -> list[Recorded]:
        """Call the handlers in order; return the events they recorded, not yet in the outbox."""
        recorded: list[Recorded] = []
        handled = ((each, each.envelope, each.data) for each in arrivals)
        events = [Received(envelope, data) for _, envelope, data in handled if envelope and data]
        for batch_handler, run in groupby(
            events, key=lambda each: self._batch.get(type(each.data))
        ):
            if batch_handler is not None:
                uow = database.unit_of_work(conn, SYSTEM, origin=self._origin)
                await batch_handler(uow, list(run))
                recorded += uow.recorded
                continue
            for event in run:
                recorded += await self._apply_one(database, conn, event)
        return recorded

    async def _apply_one(
        self, database: Database, conn: Connection, event: Received[Any]
    ) -> list[Recorded]:
        uow = database.unit_of_work(
            conn,
            inbound.machine(event.envelope) if inbound.is_inbound(event.envelope.topic) else SYSTEM,
            correlation_id=event.envelope.correlation_id,
            causation_id=event.envelope.id,
            traceparent=event.envelope.traceparent,
            origin=self._origin,
        )
        await self._single[type(event.data)](uow, event)
        return uow.recorded
