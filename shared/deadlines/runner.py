"""Fires due deadlines, each in a transaction of its own; any number of workers may run it.

A deadline that fails is tried again later and later, at last once an hour, with its error kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import structlog
from pydantic_core import from_json

from shared.audit.entries import Origin
from shared.db.connection import is_transient
from shared.db.driver import Connection
from shared.db.unit_of_work import Database, UnitOfWork
from shared.deadlines.table import deadline_table
from shared.domain.actor import SYSTEM
from shared.domain.clock import now
from shared.pacing import Backoff, wait_for

log = structlog.get_logger("kehu.deadlines")

POLL_SECONDS = 1.0
FIRST_RETRY_SECONDS = 5
LAST_RETRY_SECONDS = 3600

_ORIGIN = Origin(client="deadline")

_deadline = deadline_table(sa.MetaData())


@dataclass(frozen=True, slots=True)
class Deadline:
    """What a handler gets."""

    id: UUID
    kind: str
    subject_id: UUID
    due_at: datetime
    payload: dict[str, Any]
    attempts: int


DeadlineHandler = Callable[[UnitOfWork, Deadline], Awaitable[None]]


class DeadlineRunner:
    """Runs ``handlers``, by kind. Kinds without a handler here stay open for another worker."""

    def __init__(self, database: Database, handlers: Mapping[str, DeadlineHandler]) -> None:
        self._database = database
        self._handlers = dict(handlers)
        self.fired = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Fire what is due until ``stop`` is set; a database that is away is waited for."""
        backoff = Backoff()
        while not stop.is_set():
            try:
                while not stop.is_set() and await self.fire_one():
                    pass
                backoff.reset()
                await wait_for(stop, POLL_SECONDS)
            except Exception as error:
                log.warning("deadlines interrupted", error=repr(error)[:300])
                await wait_for(stop, backoff.next())

    async def fire_one(self) -> bool:
        """Fire the deadline that is due the longest; say whether there was one."""
        async with self._database.transaction(SYSTEM, origin=_ORIGIN) as uow:
            deadline = await self._next(uow.conn)
            if deadline is None:
                return False
            # Done before the handler runs, so that it can set the next one of the same kind.
            await self._update(uow, deadline, done_at=now())
            error = await self._fire(uow, deadline)
            if error is not None:
                await self._update(uow, deadline, done_at=None, **_later(deadline, error))
        self.fired += error is None
        return True

    async def _next(self, conn: Connection) -> Deadline | None:
        due = (_deadline.c.next_try_at <= now()) & _deadline.c.done_at.is_(None)
        query = (
            sa.select(*(_deadline.c[name] for name in Deadline.__slots__))
            .where(due, _deadline.c.kind.in_(self._handlers))
            .order_by(_deadline.c.next_try_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = (await conn.execute(query)).mappings().first()
        return None if row is None else Deadline(**{**row, "payload": from_json(row["payload"])})

    async def _update(self, uow: UnitOfWork, deadline: Deadline, **values: Any) -> None:
        mine = _deadline.c.id == deadline.id
        await uow.conn.execute(sa.update(_deadline).where(mine).values(**values))

    async def _fire(self, uow: UnitOfWork, deadline: Deadline) -> str | None:
        """Run the handler; take back what it did and return the error if it fails."""
        try:
            async with uow.conn.begin_nested():
                await self._handlers[deadline.kind](uow, deadline)
        except Exception as error:
            if is_transient(error):
                raise
            uow.recorded.clear()
            log.warning(
                "deadline failed", kind=deadline.kind, id=str(deadline.id), error=repr(error)
            )
            return f"{type(error).__name__}: {error}"[:2000]
        return None


def _later(deadline: Deadline, error: str) -> dict[str, Any]:
    pause = min(LAST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** min(deadline.attempts, 20))
    attempts = deadline.attempts + 1
    return {"attempts": attempts, "error": error, "next_try_at": now() + timedelta(seconds=pause)}
