"""A unit of work: one transaction, its actor, and the events of what it changed.

The events go into the outbox in the same transaction, so a committed change has its event and an
event has its committed change. Policies ("when X then Y", same service) run as events are recorded.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.audit.entries import NO_FIELDS, NOWHERE, Origin, Recorded
from shared.db.driver import Connection
from shared.db.pool import Pool
from shared.domain.actor import Actor
from shared.domain.aggregate import Aggregate
from shared.domain.clock import now
from shared.domain.ids import new_id
from shared.domain.scope import EVERYTHING, Scope
from shared.events.envelope import Envelope
from shared.events.payload import Payload
from shared.outbox.writer import append

Policy = Callable[["UnitOfWork", Any], Awaitable[None]]
Policies = Mapping[type[Payload], tuple[Policy, ...]]


class UnitOfWork:
    """One transaction on ``conn``. ``now`` is the one moment all its changes carry."""

    def __init__(
        self,
        conn: Connection,
        actor: Actor,
        *,
        source: str,
        policies: Policies,
        correlation_id: UUID | None = None,
        causation_id: UUID | None = None,
        traceparent: str | None = None,
        origin: Origin = NOWHERE,
    ) -> None:
        self.conn = conn
        self.actor = actor
        self.origin = origin
        self.now: datetime = now()
        self.correlation_id = correlation_id or new_id()
        self.causation_id = causation_id
        self.traceparent = traceparent
        self.recorded: list[Recorded] = []
        self._source = source
        self._policies = policies

    async def record(
        self, aggregate: Aggregate, payload: Payload, changes: str | None = NO_FIELDS
    ) -> None:
        """Publish ``payload`` as the event of the aggregate's present version.

        ``changes`` goes into its audit entry; with None the change has none of its own.
        """
        envelope = Envelope(
            id=new_id(),
            type=payload.event_type,
            source=self._source,
            aggregate_type=payload.aggregate_type,
            aggregate_id=aggregate.id,
            sequence=aggregate.version,
            time=self.now,
            data=payload.model_dump_json(),
            actor_id=self.actor.id,
            correlation_id=self.correlation_id,
            causation_id=self.causation_id,
            traceparent=self.traceparent,
            on_behalf_of=self.actor.principal_id,
        )
        self.recorded.append(Recorded(envelope, self.actor, self.origin, changes))
        if policies := self._policies.get(type(payload)):
            with self.conn.seeing_everything():  # it is the system that reacts
                for policy in policies:
                    await policy(self, payload)

    async def flush(self) -> None:
        """Write the recorded events to the outbox, and their audit entries."""
        if self.recorded:
            await append(self.conn, self.recorded)


class Database:
    """A service's database: hands out units of work for writing and plain connections to read."""

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        service: str,
        policies: Policies | None = None,
        on_commit: Callable[[], None] = lambda: None,
    ) -> None:
        self.engine = engine
        self.pool = Pool.like(engine)
        self._probes = Pool.like(engine, size=1)
        self.service = service
        self.on_commit = on_commit
        self._policies = policies or {}

    def unit_of_work(
        self,
        conn: Connection,
        actor: Actor,
        *,
        correlation_id: UUID | None = None,
        causation_id: UUID | None = None,
        traceparent: str | None = None,
        origin: Origin = NOWHERE,
    ) -> UnitOfWork:
        """Return a unit of work in a transaction the caller opened, flushes and commits."""
        return UnitOfWork(
            conn,
            actor,
            source=f"/kehu/{self.service}",
            policies=self._policies,
            correlation_id=correlation_id,
            causation_id=causation_id,
            traceparent=traceparent,
            origin=origin,
        )

    @asynccontextmanager
    async def transaction(
        self,
        actor: Actor,
        *,
        correlation_id: UUID | None = None,
        causation_id: UUID | None = None,
        traceparent: str | None = None,
        origin: Origin = NOWHERE,
        scope: Scope = EVERYTHING,
    ) -> AsyncIterator[UnitOfWork]:
        """Open a transaction; commit at the end, roll back on any exception. What it loads is what
        ``scope`` shows; that of the system is everything."""
        async with self.pool.transaction(scope=scope) as conn:
            uow = self.unit_of_work(
                conn,
                actor,
                correlation_id=correlation_id,
                causation_id=causation_id,
                traceparent=traceparent,
                origin=origin,
            )
            yield uow
            await uow.flush()
        if uow.recorded:
            self.on_commit()

    def reading(self, scope: Scope = EVERYTHING) -> AbstractAsyncContextManager[Connection]:
        """Lend a connection to read from, outside any transaction."""
        return self.pool.connection(scope)

    def probing(self) -> AbstractAsyncContextManager[Connection]:
        """Lend the connection that is kept for asking whether the database answers: it does, also
        when all others are busy."""
        return self._probes.connection()

    async def close(self) -> None:
        """Close all connections."""
        await self.pool.close()
        await self._probes.close()
        await self.engine.dispose()
