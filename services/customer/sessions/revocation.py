"""Which access tokens are void before they expire: those of people who left, and those issued
before a new password or new roles. At once in this process, within a second in the others."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from services.customer.sessions.tokens import is_void
from services.customer.staff.model import StaffStatus
from services.customer.staff.table import staff
from shared.db.unit_of_work import Database
from shared.domain.clock import now

_FRESH_SECONDS = 1.0


class Revocations:
    """Remembers who left or had their sessions ended; asks the database once a second."""

    def __init__(self, db: Database, *, token_seconds: int) -> None:
        self._db = db
        self._horizon = timedelta(seconds=token_seconds)
        self._left: frozenset[UUID] = frozenset()
        self._ended: dict[UUID, datetime] = {}
        self._read_at = float("-inf")
        self._lock = asyncio.Lock()

    async def still_valid(self, subject: UUID, issued: float) -> bool:
        """Say whether a token of ``subject`` issued at ``issued`` (epoch seconds) counts."""
        if time.monotonic() - self._read_at > _FRESH_SECONDS:
            async with self._lock:
                if time.monotonic() - self._read_at > _FRESH_SECONDS:
                    await self._read()
        return subject not in self._left and not is_void(issued, self._ended.get(subject))

    def forget(self) -> None:
        """Ask the database again at the next request: somebody's sessions were just ended."""
        self._read_at = float("-inf")

    async def _read(self) -> None:
        started = time.monotonic()
        left = staff.c.status == StaffStatus.LEFT
        query = sa.select(staff.c.id, left, staff.c.sessions_from).where(
            sa.or_(left, staff.c.sessions_from > now() - self._horizon)
        )
        async with self._db.reading() as conn:
            rows = (await conn.execute(query)).all()
        self._left = frozenset(person for person, gone, _ in rows if gone)
        self._ended = {person: ended for person, gone, ended in rows if not gone}
        self._read_at = started
