"""The SQL of import jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter

from shared.db.driver import Connection, Prepared
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.domain.actor import Actor
from shared.domain.errors import NotFound
from shared.domain.ids import new_id
from shared.domain.scope import EVERYTHING, Scope
from shared.imports.errors import BadFile, ImportOver
from shared.imports.kinds import Outcome, RowError
from shared.imports.reading import Reading
from shared.imports.table import import_tables

jobs, chunks, errors = import_tables(sa.MetaData())

SORTS = {"-created": Sort(jobs.c.id, UUID, descending=True)}
ERROR_SORTS = {"line": Sort(errors.c.line, int)}
#: An upload that has not ended after this time has been given up.
_UPLOAD_TIME = timedelta(hours=6)

_add_chunk = Prepared(sa.insert(chunks), "job_id", "number", "data")
_add_errors = Prepared(sa.insert(errors), *errors.c.keys())
_chunk = Prepared(
    sa.select(chunks.c.data).where(
        chunks.c.job_id == sa.bindparam("job_id"), chunks.c.number == sa.bindparam("number")
    )
)


class JobStatus(StrEnum):
    """How far a job is."""

    UPLOADING = "uploading"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


_ACTOR = TypeAdapter(Actor)
_whose = sa.func.coalesce(jobs.c.requested_for, jobs.c.requested_by)
OPEN = (JobStatus.UPLOADING, JobStatus.WAITING, JobStatus.RUNNING)


@dataclass(frozen=True, slots=True)
class Job:
    """What the worker needs to know of a job."""

    id: UUID
    kind: str
    status: str
    dry_run: bool
    options: dict[str, Any]
    format: str
    rows_done: int
    actor: dict[str, Any]
    owners: list[UUID] | None

    @property
    def scope(self) -> Scope:
        """Return whose things the one who asked for the import saw then."""
        return EVERYTHING if self.owners is None else Scope(frozenset(self.owners))

    def on_behalf_of(self) -> Actor:
        """Return the one who asked for the import."""
        return _ACTOR.validate_python(self.actor)


async def begin_upload(
    conn: Connection, kind: str, actor: Actor, scope: Scope, at: datetime
) -> UUID:
    """Enter a job whose file is on its way."""
    job_id = new_id()
    row = {
        "id": job_id,
        "kind": kind,
        "status": JobStatus.UPLOADING,
        "dry_run": True,
        "options": {},
        "file_name": "",
        "format": "",
        "size": 0,
        **dict.fromkeys(("rows_done", "created", "updated", "unchanged", "failed"), 0),
        "requested_by": actor.id,
        "requested_for": actor.principal_id,
        "actor": _ACTOR.dump_python(actor, mode="json"),
        "owners": None if scope.owners is None else list(scope.owners),
        "created_at": at,
    }
    await conn.execute(sa.insert(jobs), row)
    return job_id


async def add_chunk(conn: Connection, job_id: UUID, number: int, data: bytes) -> None:
    """Keep a piece of the file."""
    await conn.execute(_add_chunk, {"job_id": job_id, "number": number, "data": data})


async def end_upload(conn: Connection, job_id: UUID, **known: Any) -> Any:
    """Hand the job to the worker; return its row."""
    statement = (
        sa.update(jobs)
        .where(jobs.c.id == job_id, jobs.c.status == JobStatus.UPLOADING)
        .values(status=JobStatus.WAITING, **known)
        .returning(*jobs.c)
    )
    return (await conn.execute(statement)).one()


async def drop_upload(conn: Connection, job_id: UUID) -> None:
    """Remove a job whose file did not come."""
    mine = (jobs.c.id == job_id) & (jobs.c.status == JobStatus.UPLOADING)
    if (await conn.execute(sa.select(jobs.c.id).where(mine).with_for_update())).first():
        await conn.execute(sa.delete(chunks).where(chunks.c.job_id == job_id))
        await conn.execute(sa.delete(jobs).where(jobs.c.id == job_id))


async def given_up(conn: Connection, at: datetime) -> list[UUID]:
    """Return the jobs whose upload began long ago and never ended."""
    query = sa.select(jobs.c.id).where(
        jobs.c.status == JobStatus.UPLOADING, jobs.c.created_at < at - _UPLOAD_TIME
    )
    return list((await conn.execute(query)).scalars())


async def open_jobs(conn: Connection, kinds: Sequence[str]) -> list[UUID]:
    """Return the jobs to be worked on, the oldest first."""
    todo = jobs.c.status.in_([JobStatus.WAITING, JobStatus.RUNNING])
    query = sa.select(jobs.c.id).where(todo, jobs.c.kind.in_(kinds)).order_by(jobs.c.id)
    return list((await conn.execute(query)).scalars())


async def get_job(conn: Connection, job_id: UUID, *, lock: bool = False) -> Job:
    """Return a job as the worker needs it."""
    query = sa.select(*(jobs.c[name] for name in Job.__slots__)).where(jobs.c.id == job_id)
    return Job(**(await conn.execute(query.with_for_update() if lock else query)).one())


async def chunk(conn: Connection, job_id: UUID, number: int) -> bytes | None:
    """Return a piece of the file, or None behind the last one."""
    found: bytes | None = await conn.scalar(_chunk, {"job_id": job_id, "number": number})
    return found


async def start(conn: Connection, job_id: UUID, reading: Reading, at: datetime) -> None:
    """Note what the file was recognised as; the rows follow."""
    await _set(
        conn,
        job_id,
        status=JobStatus.RUNNING,
        encoding=reading.encoding,
        rows_expected=reading.rows_expected,
        columns=reading.headings.found,
        ignored=list(reading.headings.ignored),
        started_at=sa.func.coalesce(jobs.c.started_at, at),
    )


async def proceed(conn: Connection, job_id: UUID, rows: int, outcome: Outcome) -> None:
    """Note what became of a batch, in the transaction of the batch."""
    figures = ("created", "updated", "unchanged", "failed")
    added = {name: jobs.c[name] + getattr(outcome, name) for name in figures}
    await _set(conn, job_id, rows_done=jobs.c.rows_done + rows, **added)
    if outcome.errors:
        rows_of_errors = [_error_row(job_id, error) for error in outcome.errors]
        await conn.execute(_add_errors, rows_of_errors)


async def finish(
    conn: Connection, job_id: UUID, status: JobStatus, at: datetime, why: BadFile | None = None
) -> None:
    """End a job; its file is not needed any more."""
    error = {"code": why.code, "message": why.message, "line": why.line} if why else None
    values: dict[str, Any] = {"status": status, "finished_at": at}
    if status is JobStatus.DONE:
        values["rows_expected"] = jobs.c.rows_done
    await _set(conn, job_id, error=error, **values)
    await conn.execute(sa.delete(chunks).where(chunks.c.job_id == job_id))


async def cancel(conn: Connection, kind: str, job_id: UUID, at: datetime) -> Any:
    """End a job before its last row; return its row. What was taken before stays.

    Raises:
        NotFound: there is none.
        ImportOver: it has ended already.
    """
    query = sa.select(jobs.c.status).where(*_one(conn, kind, job_id))
    status = await conn.scalar(query.with_for_update())
    if status is None:
        raise NotFound.of("import", job_id)
    if status not in OPEN:
        raise ImportOver(f"The import is {status}.")
    await finish(conn, job_id, JobStatus.CANCELLED, at)
    return await find_job(conn, kind, job_id)


async def find_job(conn: Connection, kind: str, job_id: UUID) -> Any:
    """Return the row of a job of one kind, or raise NotFound: there is none, or it is hidden."""
    query = sa.select(jobs).where(*_one(conn, kind, job_id))
    row = (await conn.execute(query)).one_or_none()
    if row is None:
        raise NotFound.of("import", job_id)
    return row


async def page_of_jobs(
    conn: Connection, kind: str, status: JobStatus | None, request: PageRequest
) -> Page:
    """Return one page of the jobs of a kind."""
    query = sa.select(jobs).where(jobs.c.kind == kind, *conn.seeing(_whose))
    if status is not None:
        query = query.where(jobs.c.status == status)
    return await fetch_page(conn, query, request, sorts=SORTS, key=jobs.c.id)


async def page_of_errors(conn: Connection, job_id: UUID, request: PageRequest) -> Page:
    """Return one page of the errors of a job, by line."""
    query = sa.select(errors).where(errors.c.job_id == job_id)
    return await fetch_page(conn, query, request, sorts=ERROR_SORTS, key=errors.c.id)


def _one(conn: Connection, kind: str, job_id: UUID) -> list[sa.ColumnElement[bool]]:
    return [jobs.c.id == job_id, jobs.c.kind == kind, *conn.seeing(_whose)]


def _error_row(job_id: UUID, error: RowError) -> dict[str, Any]:
    return {"id": new_id(), "job_id": job_id, **asdict(error)}


async def _set(conn: Connection, job_id: UUID, **values: Any) -> None:
    await conn.execute(sa.update(jobs).where(jobs.c.id == job_id).values(**values))
