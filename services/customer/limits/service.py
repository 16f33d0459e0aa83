"""Counts attempts in windows of time, each in a transaction of its own, before they are looked at.

Counting first means that attempts made at the same moment cannot slip through together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from services.customer.limits.table import attempts
from shared.db.driver import Connection
from shared.domain.errors import DomainError

_KEPT = timedelta(days=1)


class TooManyAttempts(DomainError):
    """This was tried too often from here."""

    code = "too_many_attempts"
    status = 429
    title = "Too many attempts"
    retryable = True

    @classmethod
    def after(cls, seconds: int, detail: str) -> TooManyAttempts:
        """Refuse, and say after how many seconds to try again at the latest."""
        refusal = cls(detail)
        refusal.retry_after = seconds
        return refusal


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``tries`` of one ``subject`` in a window of ``seconds``."""

    scope: str
    subject: str
    tries: int
    seconds: int

    @property
    def hidden(self) -> str:
        """Return what stands for the subject: people type passwords where logins belong."""
        return hashlib.blake2b(self.subject.encode(), digest_size=16).hexdigest()


async def count(conn: Connection, limits: Sequence[Limit], at: datetime) -> Limit | None:
    """Count one attempt against each limit in turn; stop at and return the first it exceeds.

    Limits of one kind of attempt always come in the same order, so callers cannot deadlock.
    """
    for limit in limits:
        if await _count(conn, limit, at) > limit.tries:
            return limit
    return None


async def give_back(conn: Connection, limits: Sequence[Limit]) -> None:
    """Take one attempt off each limit: it was a good one."""
    for limit in limits:
        mine = (attempts.c.scope == limit.scope) & (attempts.c.subject == limit.hidden)
        lower = sa.func.greatest(attempts.c.tries - 1, 0)
        await conn.execute(sa.update(attempts).where(mine).values(tries=lower))


async def forget(conn: Connection, limit: Limit) -> None:
    """Begin a limit anew."""
    mine = (attempts.c.scope == limit.scope) & (attempts.c.subject == limit.hidden)
    await conn.execute(sa.delete(attempts).where(mine))


async def clean(conn: Connection, at: datetime) -> None:
    """Remove windows that ended long ago."""
    await conn.execute(sa.delete(attempts).where(attempts.c.since < at - _KEPT))


async def _count(conn: Connection, limit: Limit, at: datetime) -> int:
    over = attempts.c.since <= at - timedelta(seconds=limit.seconds)
    statement = (
        insert(attempts)
        .values(scope=limit.scope, subject=limit.hidden, since=at, tries=1)
        .on_conflict_do_update(
            index_elements=[attempts.c.scope, attempts.c.subject],
            set_={
                "tries": sa.case((over, 1), else_=attempts.c.tries + 1),
                "since": sa.case((over, at), else_=attempts.c.since),
            },
        )
        .returning(attempts.c.tries)
    )
    return int((await conn.execute(statement)).scalar_one())
