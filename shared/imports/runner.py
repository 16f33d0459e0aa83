"""Works import jobs off: batch by batch, each batch with the job's progress in one transaction.

After a kill at any moment the next worker reads the file again up to the noted row and goes on
there, so no row is lost and none is taken twice.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterable, Sequence
from typing import IO, ParamSpec, TypeVar
from uuid import UUID

import asyncpg
import structlog

from shared.audit.entries import Origin
from shared.db.connection import (
    advisory_key,
    close_session,
    engine_dsn,
    is_transient,
    open_session,
)
from shared.db.driver import Connection
from shared.db.unit_of_work import Database, UnitOfWork
from shared.domain.clock import now
from shared.domain.errors import DomainError
from shared.imports import store
from shared.imports.errors import BadFile
from shared.imports.kinds import Batch, ImportKind, Outcome, Row, RowError
from shared.imports.reading import Reading, open_file
from shared.imports.store import Job, JobStatus
from shared.pacing import Backoff, wait_for

log = structlog.get_logger("kehu.imports")

POLL_SECONDS = 0.5

_ORIGIN = Origin(client="import")

P = ParamSpec("P")
T = TypeVar("T")


class _Overtaken(Exception):
    """The job was cancelled, or another worker goes on with it."""


class _DryRun(Exception):
    """Takes back what a batch did."""


class ImportRunner:
    """Runs the jobs of some kinds. Any number of workers may run it; a job is one worker's."""

    def __init__(self, database: Database, kinds: Iterable[ImportKind]) -> None:
        self._db = database
        self._kinds = {kind.name: kind for kind in kinds}

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set; a database that is away is waited for."""
        backoff = Backoff()
        while not stop.is_set():
            try:
                await self.work(stop)
                backoff.reset()
                await wait_for(stop, POLL_SECONDS)
            except Exception as error:
                log.warning("imports interrupted", error=repr(error)[:300])
                await wait_for(stop, backoff.next())

    async def work(self, stop: asyncio.Event | None = None) -> None:
        """Work off the jobs there are."""
        stop = stop or asyncio.Event()
        async with self._db.reading() as conn:
            waiting = await store.open_jobs(conn, list(self._kinds))
        for job_id in waiting:
            if not stop.is_set():
                await self._alone(job_id, stop)

    async def clean_up(self) -> None:
        """Remove uploads that were given up."""
        async with self._db.pool.transaction() as conn:
            for job_id in await store.given_up(conn, now()):
                await store.drop_upload(conn, job_id)

    async def _alone(self, job_id: UUID, stop: asyncio.Event) -> None:
        """Run a job unless another worker does: its session holds a lock, and dies with it."""
        session = await open_session(engine_dsn(self._db.engine), "kehu-import")
        try:
            key = advisory_key("import", job_id)
            if await session.fetchval("SELECT pg_try_advisory_lock($1)", key):
                await self._run(job_id, stop)
        except _Overtaken:
            log.info("import overtaken", job=str(job_id))
        finally:
            await close_session(session)

    async def _run(self, job_id: UUID, stop: asyncio.Event) -> None:
        async with self._db.reading() as conn:
            job = await store.get_job(conn, job_id)
        if job.status not in (JobStatus.WAITING, JobStatus.RUNNING):
            return
        kind = self._kinds[job.kind]
        with tempfile.TemporaryFile() as file:
            await self._spool(job_id, file)
            try:
                await self._read(job, kind, file, stop)
            except BadFile as why:
                await self._finish(job_id, JobStatus.FAILED, why)
        log.info("import ended", job=str(job_id), kind=kind.name)

    async def _spool(self, job_id: UUID, file: IO[bytes]) -> None:
        number = 0
        while True:
            async with self._db.reading() as conn:
                data = await store.chunk(conn, job_id, number)
            if data is None:
                break
            await _in_thread(file.write, data)
            number += 1
        file.seek(0)

    async def _read(self, job: Job, kind: ImportKind, file: IO[bytes], stop: asyncio.Event) -> None:
        reading = await _in_thread(open_file, file, job.format, kind.columns)
        async with self._db.pool.transaction() as conn:
            await self._claim(conn, job.id, job.rows_done)
            await store.start(conn, job.id, reading, now())
        done = job.rows_done
        await _in_thread(reading.skip, done)
        while not stop.is_set():
            rows = await self._take(reading, kind)
            if not rows:
                await self._finish(job.id, JobStatus.DONE)
                return
            await self._persist(job, kind, rows, done, stop)
            done += len(rows)

    async def _take(self, reading: Reading, kind: ImportKind) -> list[Row | RowError]:
        return await _in_thread(reading.take, kind.batch_size)

    async def _persist(
        self,
        job: Job,
        kind: ImportKind,
        rows: Sequence[Row | RowError],
        done: int,
        stop: asyncio.Event,
    ) -> None:
        """Take a batch, again and again while the database is away or others are in the way."""
        backoff = Backoff()
        while not stop.is_set():
            try:
                await self._batch(job, kind, rows, done)
                return
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("batch will be tried again", job=str(job.id), error=repr(error)[:300])
                await wait_for(stop, backoff.next())

    async def _batch(
        self, job: Job, kind: ImportKind, rows: Sequence[Row | RowError], done: int
    ) -> None:
        by = job.on_behalf_of()
        async with self._db.transaction(
            by, correlation_id=job.id, origin=_ORIGIN, scope=job.scope
        ) as uow:
            await self._claim(uow.conn, job.id, done)
            outcome = Outcome(errors=[row for row in rows if isinstance(row, RowError)])
            good = [row for row in rows if isinstance(row, Row)]
            if good:
                options = kind.options.model_validate(job.options)
                batch = Batch(good, options, job.dry_run)
                outcome.add(await _handle(uow, kind, batch))
            await store.proceed(uow.conn, job.id, len(rows), outcome)

    async def _claim(self, conn: Connection, job_id: UUID, done: int) -> None:
        """Lock the job, and see that nobody else went on with it or cancelled it."""
        job = await store.get_job(conn, job_id, lock=True)
        if job.status not in (JobStatus.WAITING, JobStatus.RUNNING) or job.rows_done != done:
            raise _Overtaken

    async def _finish(self, job_id: UUID, status: JobStatus, why: BadFile | None = None) -> None:
        async with self._db.pool.transaction() as conn:
            job = await store.get_job(conn, job_id, lock=True)
            if job.status == JobStatus.CANCELLED:
                raise _Overtaken
            await store.finish(conn, job_id, status, now(), why)


async def _in_thread(work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """Work in a thread, and do not leave before it: the file would be closed under its hands."""
    task = asyncio.ensure_future(asyncio.to_thread(work, *args, **named))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        task.exception()  # nobody else will ask
        raise


async def _handle(uow: UnitOfWork, kind: ImportKind, batch: Batch) -> Outcome:
    """Take a batch whole, or, if it is refused, row by row."""
    try:
        return await _try(uow, kind, batch)
    except Exception as error:
        if is_transient(error):
            raise
        if not isinstance(error, DomainError | asyncpg.PostgresError):
            log.error("batch taken apart", kind=kind.name, exc_info=error)
    outcome = Outcome()
    for row in batch.rows:
        outcome.add(await _handle_one(uow, kind, Batch([row], batch.options, batch.dry_run)))
    return outcome


async def _handle_one(uow: UnitOfWork, kind: ImportKind, batch: Batch) -> Outcome:
    try:
        return await _try(uow, kind, batch)
    except Exception as error:
        if is_transient(error):
            raise
        return Outcome(errors=list(_row_errors(batch.rows[0].line, error)))


async def _try(uow: UnitOfWork, kind: ImportKind, batch: Batch) -> Outcome:
    """Take a batch in a savepoint. A dry run does all of it, and takes it back."""
    outcome = Outcome()
    recorded = len(uow.recorded)
    try:
        async with uow.conn.begin_nested():
            outcome = await kind.handle_batch(uow, batch)
            if batch.dry_run:
                raise _DryRun
    except _DryRun:
        del uow.recorded[recorded:]
    except BaseException:
        del uow.recorded[recorded:]
        raise
    return outcome


def _row_errors(line: int, error: Exception) -> Iterable[RowError]:
    if isinstance(error, DomainError):
        for each in error.errors:
            yield RowError(line, each.code, each.message, each.pointer.strip("/") or None)
        if not error.errors:
            yield RowError(line, error.code, error.detail)
    elif isinstance(error, asyncpg.IntegrityConstraintViolationError):
        yield RowError(line, "collision", "It collides with what is there already.")
    elif isinstance(error, asyncpg.DataError):
        yield RowError(line, "invalid", "A value is not acceptable.")
    else:
        log.error("row failed", line=line, exc_info=error)
        yield RowError(line, "internal", "This is a defect of ours; the log has it.")
