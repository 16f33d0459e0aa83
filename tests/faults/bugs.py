"""Bugs of the machinery that the harness must catch: relay, bus, inbox, unit of work.

Each replaces a step that keeps a promise by a plausible wrong one. They are put into a process
before anything is started; the services know nothing of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg

from shared.bus.port import Record
from shared.bus.postgres_group import _COMMIT, Membership, Partition, _Session
from shared.db.driver import Connection
from shared.db.unit_of_work import Database, UnitOfWork
from shared.domain.actor import Actor
from shared.inbox import store
from shared.inbox.arrival import Arrival, Reason
from shared.inbox.consumer import Consumer
from shared.inbox.inbox import Inbox
from shared.outbox import relay
from shared.outbox.writer import append
from shared.pacing import Backoff, wait_for_any

# -- the relay ---------------------------------------------------------------------------------


def high_water_mark() -> None:
    """The relay goes on behind the highest event it published: what commits late is never seen."""

    async def behind_the_mark(session: asyncpg.Connection, limit: int) -> Sequence[Any]:
        rows: Sequence[Any] = await session.fetch(
            "SELECT seq, topic, key, payload, headers FROM outbox WHERE seq >"
            " (SELECT coalesce(max(seq), 0) FROM outbox WHERE published_at IS NOT NULL)"
            " ORDER BY seq LIMIT $1",
            limit,
        )
        return rows

    relay.unpublished = behind_the_mark


def several_relays() -> None:
    """All relays work at once and skip the rows that another has: two versions overtake."""

    async def serve(
        self: relay.Relay, session: asyncpg.Connection, stop: asyncio.Event, backoff: Backoff
    ) -> None:
        while not stop.is_set():
            self._bell.clear()
            if await self.step(session) < self._batch:
                await wait_for_any(self._bell, stop, seconds=0.02)

    async def step(self: relay.Relay, session: asyncpg.Connection) -> int:
        async with session.transaction():
            rows: Sequence[Any] = await session.fetch(
                "SELECT seq, topic, key, payload, headers FROM outbox WHERE published_at IS NULL"
                " ORDER BY seq LIMIT $1 FOR UPDATE SKIP LOCKED",
                self._batch,
            )
            if rows:
                await self._bus.publish([relay._message(row) for row in rows])
                await self.marker(session, [row["seq"] for row in rows])
        self.published += len(rows)
        return len(rows)

    relay.Relay._serve = serve  # type: ignore[method-assign]
    relay.Relay.step = step  # type: ignore[method-assign]


def marked_first() -> None:
    """Events are marked as published before they are: what dies in between is never published."""

    async def step(self: relay.Relay, session: asyncpg.Connection) -> int:
        rows = await self.reader(session, self._batch)
        if rows:
            await self.marker(session, [row["seq"] for row in rows])
            await self._bus.publish([relay._message(row) for row in rows])
        return len(rows)

    relay.Relay.step = step  # type: ignore[method-assign]


# -- the unit of work --------------------------------------------------------------------------


def events_after_the_commit() -> None:
    """The events are appended in a transaction of their own, after that of the change."""

    @asynccontextmanager
    async def transaction(self: Database, actor: Actor, **more: Any) -> AsyncIterator[UnitOfWork]:
        async with self.pool.transaction() as conn:
            uow = self.unit_of_work(conn, actor, **more)
            yield uow
        if uow.recorded:
            async with self.pool.transaction() as conn:
                await append(conn, uow.recorded)
            self.on_commit()

    Database.transaction = transaction  # type: ignore[method-assign]


def events_before_the_commit() -> None:
    """The events are appended in a transaction of their own, before that of the change."""

    @asynccontextmanager
    async def transaction(self: Database, actor: Actor, **more: Any) -> AsyncIterator[UnitOfWork]:
        async with self.pool.transaction() as conn:
            uow = self.unit_of_work(conn, actor, **more)
            yield uow
            if uow.recorded:
                async with self.pool.transaction() as other:
                    await append(other, uow.recorded)
        self.on_commit()

    Database.transaction = transaction  # type: ignore[method-assign]


# -- the inbox ---------------------------------------------------------------------------------


def without_inbox() -> None:
    """The inbox is written, but nobody asks it: whatever is delivered is applied."""
    claim = store.claim

    async def claim_all(conn: Connection, consumer: str, arrivals: Sequence[Arrival]) -> set[UUID]:
        await claim(conn, consumer, arrivals)
        return {each.event_id for each in arrivals}

    store.claim = claim_all


def inbox_asked_first() -> None:
    """The inbox is asked, and written afterwards: two at once find the same events missing."""
    claim = store.claim

    async def ask_then_note(
        conn: Connection, consumer: str, arrivals: Sequence[Arrival]
    ) -> set[UUID]:
        ids = {each.event_id for each in arrivals}
        known = await conn.driver.fetch(
            "SELECT event_id FROM inbox WHERE consumer = $1 AND event_id = ANY($2::uuid[])",
            consumer,
            list(ids),
        )
        await claim(conn, consumer, arrivals)
        return ids - {row[0] for row in known}

    store.claim = ask_then_note


def inbox_apart() -> None:
    """The inbox is written in a transaction of its own: what fails afterwards is never done."""
    prepare = Inbox.__init__

    def prepare_apart(self: Inbox, database: Database, consumer: Consumer, **more: Any) -> None:
        prepare(self, database, consumer, **more)

        async def claim(conn: Connection, consumer: str, arrivals: Sequence[Arrival]) -> set[UUID]:
            async with database.pool.transaction() as other:
                return await store.claim(other, consumer, arrivals)

        self.claim = claim

    Inbox.__init__ = prepare_apart  # type: ignore[method-assign]


def errors_swallowed() -> None:
    """What a handler cannot swallow is logged, and the consumer goes on."""

    async def go_on(
        self: Inbox, arrival: Arrival, reason: Reason, error: str, attempts: int
    ) -> None:
        async with self.database.pool.transaction() as conn:
            await store.proceed(conn, self.consumer.name, [arrival])

    Inbox._park = go_on  # type: ignore[method-assign]


def nobody_is_held() -> None:
    """What comes behind a parked event of the same aggregate is applied all the same."""

    async def none(conn: Connection, consumer: str, aggregate_ids: Any) -> frozenset[UUID]:
        return frozenset()

    store.held = none


def last_of_a_batch_left_out() -> None:
    """A batch is taken without its last event."""
    apply = Consumer.apply

    async def apply_most(
        self: Consumer, database: Database, conn: Connection, arrivals: Iterable[Arrival]
    ) -> Any:
        every = list(arrivals)
        return await apply(self, database, conn, every[:-1] if len(every) > 1 else every)

    Consumer.apply = apply_most  # type: ignore[method-assign]


def position_first() -> None:
    """The position is committed before the effect: what dies in between is never done."""
    waiting: dict[tuple[str, int], Callable[[], Awaitable[None]]] = {}
    at_work: set[asyncio.Future[None]] = set()
    query = _Session._query

    async def postpone(self: Membership, partition: Partition, records: Sequence[Record]) -> bool:
        waiting[self.group, partition.id] = partial(self.handler, records)
        return True

    async def commit_and_handle(self: _Session, sql: str, *arguments: Any) -> list[Any]:
        if sql == _COMMIT:  # and on disk: PostgreSQL may die with the process
            await query(self, "SET synchronous_commit = on")
        rows = await query(self, sql, *arguments)
        if sql == _COMMIT:
            task = asyncio.ensure_future(waiting.pop((arguments[0], arguments[1]))())
            at_work.add(task)
            task.add_done_callback(at_work.discard)
        return rows

    Membership.deliver = postpone  # type: ignore[method-assign]
    _Session._query = commit_and_handle  # type: ignore[method-assign]


BUGS: tuple[Callable[[], None], ...] = (
    high_water_mark,
    several_relays,
    marked_first,
    events_after_the_commit,
    events_before_the_commit,
    without_inbox,
    inbox_asked_first,
    inbox_apart,
    errors_swallowed,
    nobody_is_held,
    last_of_a_batch_left_out,
    position_first,
)
