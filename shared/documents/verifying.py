"""Whether every version has its content: its size, and on demand its hash."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from shared.db.invariants import Violation
from shared.db.unit_of_work import Database
from shared.documents import repository
from shared.documents.blobs import BlobMissing, BlobStore

_BATCH = 500
_AT_ONCE = 16
_SHOWN = 20
_ID, _PROMISE = "documents.stored", "Every version of a document has its content in the storage."

#: Told how many versions of how many were looked at.
Progress = Callable[[int, int], None]


async def verify_documents(
    db: Database,
    store: BlobStore,
    *,
    hashes: bool = False,
    progress: Progress = lambda done, total: None,
) -> list[Violation]:
    """Return the versions whose content is missing or not what was stored, at most twenty."""
    found: list[Violation] = []
    async with db.reading() as conn:
        total = await repository.count_versions(conn)
    done, after, slots = 0, None, asyncio.Semaphore(_AT_ONCE)
    while batch := await _batch(db, after):
        looks = (_look(store, row, slots, hashes=hashes) for row in batch)
        wrong = [each for each in await asyncio.gather(*looks) if each is not None]
        found += [Violation(_ID, _PROMISE, row) for row in wrong]
        done, after = done + len(batch), batch[-1]["id"]
        progress(done, max(done, total))
    return found[:_SHOWN]


async def _batch(db: Database, after: UUID | None) -> Sequence[Mapping[str, Any]]:
    async with db.reading() as conn:
        return await repository.stored_versions(conn, after, _BATCH)


async def _look(
    store: BlobStore, row: Mapping[str, Any], slots: asyncio.Semaphore, *, hashes: bool
) -> dict[str, Any] | None:
    async with slots:
        size = await store.size(row["blob"])
        if size == row["size"] and (not hashes or await _hash(store, row["blob"]) == row["sha256"]):
            return None
    return {**row, "found": "nothing" if size is None else f"{size} bytes that differ"}


async def _hash(store: BlobStore, blob: str) -> str | None:
    digest = hashlib.sha256()
    try:
        async for piece in store.read(blob):
            digest.update(piece)
    except BlobMissing:
        return None
    return digest.hexdigest()
