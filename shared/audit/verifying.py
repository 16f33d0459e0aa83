"""Goes through the chain from its first seal to its last and names the first row that was altered,
removed or inserted. Reads in batches, so it takes no long transaction and little memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from shared.audit import store
from shared.audit.chain import GENESIS, link
from shared.audit.store import ENTRY_COLUMNS, Head
from shared.db.invariants import Violation
from shared.db.unit_of_work import Database

CHAIN = ("audit.39", "The audit is as it was sealed: nothing was altered, removed or inserted.")
_BATCH = 5000

_SEALED = f"""
SELECT s.seq, s.entry_id, s.hash, {ENTRY_COLUMNS}
FROM audit_seal AS s LEFT JOIN audit_entry AS e ON e.id = s.entry_id
WHERE s.seq > $1 AND s.seq <= $2 ORDER BY s.seq LIMIT $3
"""  # noqa: S608 - names of our own columns
#: Is told how many seals were looked at, and how many there are.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Verified:
    """How far the chain reaches, and what is wrong first, if anything is."""

    head: Head
    broken: Violation | None = None


async def verify(
    database: Database, *, kept: Head | None = None, progress: Progress = lambda done, all_: None
) -> Verified:
    """Verify the chain of a service; ``kept`` is a seal somebody noted, which must be in it."""
    async with database.reading() as conn:
        session = conn.driver
        head = await store.head(session)
        broken = await _follow(session, head, progress) or await _look_for_strays(session)
        if broken is None and kept is not None:
            broken = await _compare(session, kept)
    return Verified(head, broken)


async def _follow(session: asyncpg.Connection, head: Head, progress: Progress) -> Violation | None:
    chain = _Chain()
    async for rows in _batches(session, head.seq):
        for row in rows:
            if broken := chain.take(row):
                return broken
        progress(chain.seq, head.seq)
    return chain.end()


async def _batches(session: asyncpg.Connection, last: int) -> AsyncIterator[Sequence[Any]]:
    seq = 0
    while rows := await session.fetch(_SEALED, seq, last, _BATCH, timeout=300):
        yield rows
        seq = rows[-1]["seq"]


async def _look_for_strays(session: asyncpg.Connection) -> Violation | None:
    found = await session.fetchval(store.STRAYS + "ORDER BY id LIMIT 1", timeout=3600)
    return None if found is None else _broken("inserted", "entry", entry_id=found)


async def _compare(session: asyncpg.Connection, kept: Head) -> Violation | None:
    found = await session.fetchval("SELECT hash FROM audit_seal WHERE seq = $1", kept.seq)
    if found == kept.hash:
        return None
    shown = {"seq": kept.seq, "kept": kept.hash.hex(), "is": found.hex() if found else None}
    return _broken("rewritten", "chain", **shown)


class _Chain:
    """Follows the seals one by one. A hash that does not fit may be the entry's fault or the
    seal's: the next seal, made from the hash that was right, tells."""

    def __init__(self) -> None:
        self.seq = 0
        self._hash = GENESIS
        self._suspect: tuple[Any, bytes] | None = None

    def take(self, row: Any) -> Violation | None:
        """Look at the next seal and its entry."""
        if self._suspect is not None:
            return self._judge(row)
        if row["seq"] != self.seq + 1:
            return _broken("removed", "seal", seq=self.seq + 1)
        if row["id"] is None:
            return _broken("removed", "entry", seq=row["seq"], entry_id=row["entry_id"])
        right = link(self._hash, row)
        if right != row["hash"]:
            self._suspect = row, right
        self.seq, self._hash = row["seq"], row["hash"]
        return None

    def end(self) -> Violation | None:
        """Say what is wrong with the last seal, when it does not fit."""
        return None if self._suspect is None else self._altered("entry or its seal")

    def _judge(self, following: Any) -> Violation:
        _, right = self._suspect or (None, b"")
        fits = following["id"] is not None and link(right, following) == following["hash"]
        return self._altered("seal" if fits else "entry")

    def _altered(self, what: str) -> Violation:
        row, _ = self._suspect or ({}, b"")
        return _broken("altered", what, seq=row["seq"], entry_id=row["entry_id"])


def _broken(how: str, what: str, **where: Any) -> Violation:
    return Violation(*CHAIN, {"what": what, "how": how, **where})
