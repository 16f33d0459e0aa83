"""Bugs that the harness must catch: each replaces a step that keeps a promise by a plausible wrong
one.

They are put into a process by the launcher before anything is started; the services know nothing
of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

import asyncpg

from shared.bus.port import Record
from shared.bus.postgres_group import _COMMIT, Membership, Partition, _Session
from shared.db.driver import Connection
from shared.http.idempotency import IdempotencyKey, Stored
from shared.inbox import store
from shared.inbox.arrival import Arrival
from shared.outbox import relay


def without_inbox() -> None:
    """The inbox is written, but nobody asks it: whatever is delivered is applied."""
    claim = store.claim

    async def claim_all(conn: Connection, consumer: str, arrivals: Sequence[Arrival]) -> set[UUID]:
        await claim(conn, consumer, arrivals)
        return {each.event_id for each in arrivals}

    store.claim = claim_all


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


def position_first() -> None:
    """The position is committed before the effect: what dies in between is never done."""
    waiting: dict[tuple[str, int], Awaitable[None]] = {}
    at_work: set[asyncio.Future[None]] = set()
    query = _Session._query

    async def postpone(self: Membership, partition: Partition, records: Sequence[Record]) -> bool:
        waiting[self.group, partition.id] = self.handler(records)
        return True

    async def commit_and_handle(self: _Session, sql: str, *arguments: Any) -> list[Any]:
        rows = await query(self, sql, *arguments)
        if sql == _COMMIT:
            task = asyncio.ensure_future(waiting.pop((arguments[0], arguments[1])))
            at_work.add(task)
            task.add_done_callback(at_work.discard)
        return rows

    Membership.deliver = postpone  # type: ignore[method-assign]
    _Session._query = commit_and_handle  # type: ignore[method-assign]


def no_key_stored() -> None:
    """The answer of a keyed request is not kept: the same request has its effect again."""

    async def store_nothing(self: IdempotencyKey, conn: Connection, response: Stored) -> None:
        return None

    IdempotencyKey.store = store_nothing  # type: ignore[method-assign]


BUGS: dict[str, Callable[[], None]] = {
    each.__name__: each for each in (without_inbox, high_water_mark, position_first, no_key_stored)
}
