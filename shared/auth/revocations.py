"""Which access tokens are void before they expire: those of people who left and of sessions that
ended, and those issued before somebody got a new password, new roles or another place."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from uuid import UUID

from shared.auth.rereading import Rereading
from shared.events.staff import StaffHired, StaffState

#: A person or a session, whether it is gone, and the moment before which its tokens are void.
Ending = tuple[UUID, bool, datetime | None]

_FRESH_SECONDS = 1.0


class Revocations:
    """Remembers who left and what was ended; reads it anew once a second, so that a
    check costs two look-ups in memory."""

    def __init__(self, read: Callable[[], Awaitable[Iterable[Ending]]]) -> None:
        self._read = read
        self._left: frozenset[UUID] = frozenset()
        self._ended: dict[UUID, datetime | None] = {}
        self._rereading = Rereading(self._refresh)

    async def still_valid(self, subject: UUID, issued: float) -> bool:
        """Say whether a token of ``subject`` issued at ``issued`` (epoch seconds) counts."""
        if self._rereading.is_older_than(_FRESH_SECONDS):
            await self._rereading.again()
        return subject not in self._left and not is_void(issued, self._ended.get(subject))

    def forget(self) -> None:
        """Read anew at the next request: somebody's sessions were just ended."""
        self._rereading.forget()

    async def _refresh(self) -> None:
        rows = list(await self._read())
        self._left = frozenset(person for person, gone, _ in rows if gone)
        self._ended = {person: ended for person, gone, ended in rows if not gone}


def is_void(issued: float, sessions_from: datetime | None) -> bool:
    """Say whether a token was issued before the person's sessions were ended."""
    return sessions_from is not None and issued <= math.floor(sessions_from.timestamp())


def sessions_from(member: StaffState, at: datetime) -> datetime | None:
    """Return from when on tokens count, by the newest event about somebody and its time."""
    return None if isinstance(member, StaffHired) else at
