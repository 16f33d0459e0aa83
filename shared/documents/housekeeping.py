"""Clears away blobs of uploads that never became versions: their request was broken off, or the
process died between the blob and the row."""

from __future__ import annotations

import structlog

from shared.db.unit_of_work import Database
from shared.documents import repository
from shared.documents.blobs import BlobStore
from shared.documents.service import GIVEN_UP_AFTER
from shared.documents.settings import DocumentSettings, storage
from shared.domain.clock import now
from shared.worker import Job, periodic

log = structlog.get_logger("kehu.documents")

_BATCH = 100
_SECONDS = 3600.0


def sweeping(db: Database, settings: DocumentSettings) -> Job:
    """Return the job of a worker that sweeps."""
    store = storage(settings)

    async def work() -> None:
        await sweep(db, store)

    return periodic("documents", _SECONDS, work)


async def sweep(db: Database, store: BlobStore) -> int:
    """Remove the blobs of uploads that were given up; return how many uploads there were."""
    swept = 0
    while found := await _sweep_batch(db, store):
        swept += found
    if swept:
        log.info("cleared away uploads that were given up", service=db.service, count=swept)
    return swept


async def _sweep_batch(db: Database, store: BlobStore) -> int:
    """The rows stay locked until the blobs are gone: none of them becomes a version meanwhile."""
    async with db.pool.transaction() as conn:
        due = await repository.given_up(conn, now() - GIVEN_UP_AFTER, _BATCH)
        for blob in due:
            await store.delete(blob)
            await repository.end_upload(conn, blob)
    return len(due)
