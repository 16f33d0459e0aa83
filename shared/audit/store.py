"""The SQL of the chain: entries that wait, seals, and the newest of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from shared.audit.chain import FIELDS, GENESIS

#: ``json`` as the very text that was stored.
ENTRY_COLUMNS = ", ".join(f"e.{name}" for name in FIELDS if name != "changes") + (
    ", e.changes::text AS changes"
)
_WAITING = "SELECT EXISTS (SELECT FROM audit_unsealed)"
# By place, not by order: the list has no index. Rows are never updated, so a place stays right.
_TAKE = """
DELETE FROM audit_unsealed
WHERE ctid = ANY (ARRAY(SELECT ctid FROM audit_unsealed LIMIT $1)) RETURNING entry_id
"""
_ENTRIES = f"SELECT {ENTRY_COLUMNS} FROM audit_entry AS e WHERE e.id = ANY ($1) ORDER BY e.id"  # noqa: S608
#: Entries that have no seal and wait for none: they were not written by us.
STRAYS = """
SELECT id, at FROM audit_entry AS e
WHERE NOT EXISTS (SELECT FROM audit_seal AS s WHERE s.entry_id = e.id)
  AND NOT EXISTS (SELECT FROM audit_unsealed AS u WHERE u.entry_id = e.id)
"""
_HEAD = "SELECT seq, entry_id, hash FROM audit_seal ORDER BY seq DESC LIMIT 1"


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_CLOCKS = timedelta(minutes=5)
_LONGEST_TRANSACTION = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Head:
    """The newest seal. An empty chain has ``seq`` 0 and no entry."""

    seq: int = 0
    entry_id: UUID | None = None
    hash: bytes = GENESIS


async def is_waiting(session: asyncpg.Connection) -> bool:
    """Say whether an entry waits for its seal."""
    found: bool = await session.fetchval(_WAITING)
    return found


async def take(session: asyncpg.Connection, limit: int) -> Sequence[Any]:
    """Take up to ``limit`` entries off the list, oldest first, within the caller's transaction."""
    due = [row[0] for row in await session.fetch(_TAKE, limit)]
    found: Sequence[Any] = await session.fetch(_ENTRIES, due) if due else ()
    return found


async def head(session: asyncpg.Connection) -> Head:
    """Return the newest seal."""
    row = await session.fetchrow(_HEAD)
    return Head() if row is None else Head(*row)


async def add(session: asyncpg.Connection, seals: Sequence[tuple[int, UUID, bytes]]) -> None:
    """Add seals."""
    await session.copy_records_to_table(
        "audit_seal", columns=("seq", "entry_id", "hash"), records=seals
    )


def first_id_at(moment: datetime) -> UUID:
    """Return an id below those of all entries from a moment on: ids carry the millisecond they
    were made in, and are made after the moment of the change. A clock may have been set back."""
    return _id_at(moment - _CLOCKS)


def last_id_at(moment: datetime) -> UUID:
    """Return an id above those of all entries before a moment."""
    return _id_at(moment + _LONGEST_TRANSACTION)


def _id_at(moment: datetime) -> UUID:
    return UUID(int=max(0, (moment - _EPOCH) // _MILLISECOND) << 80)
