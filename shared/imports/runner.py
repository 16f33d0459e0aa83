"""Works through import jobs: each batch and the progress it makes are one transaction, so a kill
in the middle neither loses nor doubles a row."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

import structlog

from shared.db.connection import is_transient
from shared.db.unit_of_work import Database
from shared.domain.actor import SYSTEM
from shared.domain.clock import now
from shared.domain.errors import DomainError
from shared.imports import files, jobs
from shared.imports.jobs import Job
from shared.imports.kind import ImportKind, ImportRow, Outcome, RowError

log = structlog.get_logger("kehu.imports")


class _DryRun(Exception):  # noqa: N818 - not an error: it rolls the effects back
    """Carries the outcome out of a transaction that must leave no effect."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome


class ImportRunner:
    """Runs the jobs of one service; several workers may, a job's rows are taken by one at a time."""

    def __init__(self, database: Database, kinds: Sequence[ImportKind]) -> None:
        self.database = database
        self.kinds: Mapping[str, ImportKind] = {kind.name: kind for kind in kinds}

    async def run_waiting(self) -> None:
        """Run every job that is waiting or was broken off, oldest first."""
        async with self.database.reading() as conn:
            waiting = await jobs.unfinished(conn, list(self.kinds))
        for job in waiting:
            await self.run(job)

    async def run(self, job: Job) -> None:
        """Run one job from where it stands to its end."""
        with tempfile.TemporaryDirectory(prefix="kehu-import-") as folder:
            path = Path(folder) / "file"
            await self._fetch(job, path)
            columns = self.kinds[job.kind].columns
            rows = files.rows(path, job.format, job.encoding, columns)
            try:
                await self._batches(job, rows)
            except files.UnreadableFile as error:
                await self._finish(job, error.detail)

    async def _batches(self, job: Job, rows: Iterator[ImportRow]) -> None:
        size, read = self.kinds[job.kind].batch, 0
        while True:
            batch = await asyncio.to_thread(lambda: list(islice(rows, size)))
            if not batch:
                await self._finish(job, None)
                return
            if read + len(batch) > job.rows_read and not await self._batch(job, batch, read):
                return
            read += len(batch)

    async def _batch(self, job: Job, batch: Sequence[ImportRow], read: int) -> bool:
        """Apply one batch; say False when the job is in other hands or over."""
        try:
            return await self._apply(job, batch, read)
        except Exception as error:
            if is_transient(error):
                raise
            if not isinstance(error, DomainError):
                log.warning("import batch failed", job=str(job.id), exc_info=error)
        for offset, row in enumerate(batch):
            if not await self._one(job, row, read + offset):
                return False
        return True

    async def _one(self, job: Job, row: ImportRow, read: int) -> bool:
        try:
            return await self._apply(job, [row], read)
        except Exception as error:
            if is_transient(error):
                raise
            refused = Outcome(errors=_row_errors(row, error))
        return await self._record(job, read + 1, refused)

    async def _apply(self, job: Job, batch: Sequence[ImportRow], read: int) -> bool:
        kind, end = self.kinds[job.kind], read + len(batch)
        if job.dry_run:
            return await self._record(job, end, await self._tried(job, batch))
        async with self.database.transaction(job.started_by) as uow:
            locked = await jobs.lock(uow.conn, job.id)
            if locked is None:
                return False
            fresh = batch[max(0, locked.rows_read - read) :]
            if fresh:
                outcome = await kind.handle(uow, fresh)
                await jobs.advance(uow.conn, locked, end, outcome)
        return True

    async def _tried(self, job: Job, batch: Sequence[ImportRow]) -> Outcome:
        try:
            async with self.database.transaction(job.started_by) as uow:
                raise _DryRun(await self.kinds[job.kind].handle(uow, batch))
        except _DryRun as tried:
            return tried.outcome

    async def _record(self, job: Job, rows_read: int, outcome: Outcome) -> bool:
        async with self.database.transaction(job.started_by) as uow:
            locked = await jobs.lock(uow.conn, job.id)
            if locked is None:
                return False
            if locked.rows_read < rows_read:
                await jobs.advance(uow.conn, locked, rows_read, outcome)
        return True

    async def _finish(self, job: Job, failure: str | None) -> None:
        async with self.database.transaction(SYSTEM) as uow:
            if await jobs.lock(uow.conn, job.id) is not None:
                await jobs.finish(uow.conn, job, now(), failure)

    async def _fetch(self, job: Job, path: Path) -> None:
        async with self.database.reading() as conn:
            with path.open("wb") as file:
                position = 0
                while (data := await jobs.chunk(conn, job.id, position)) is not None:
                    file.write(data)
                    position += 1


def _row_errors(row: ImportRow, error: Exception) -> list[RowError]:
    if isinstance(error, DomainError):
        return [RowError(row.line, error.code, error.detail)]
    return [RowError(row.line, "internal", "This row met a defect of ours; see the log.")]
