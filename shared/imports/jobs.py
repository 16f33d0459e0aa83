"""Import jobs in the database: started with their file, looked at, advanced batch by batch."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from shared.db.driver import Connection
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.unit_of_work import UnitOfWork
from shared.domain.actor import Actor
from shared.domain.errors import NotFound
from shared.domain.ids import new_id
from shared.imports.files import EncodingGuess, format_of
from shared.imports.kind import Outcome, RowError
from shared.imports.tables import import_tables

_jobs, _chunks, _errors = import_tables(sa.MetaData())
_UNFINISHED = ("waiting", "running")


class Status(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Job:
    """An import: its file, who started it, and how far it has come."""

    id: UUID
    kind: str
    status: Status
    dry_run: bool
    file_name: str
    format: str
    encoding: str
    size_bytes: int
    rows_read: int
    rows_created: int
    rows_updated: int
    rows_refused: int
    started_by: Actor
    failure: str | None
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class StartImport:
    """Start an import of ``chunks``, the file's content."""

    kind: str
    file_name: str
    chunks: AsyncIterator[bytes]
    dry_run: bool = False


_columns = [_jobs.c[field.name] for field in fields(Job)]


async def start(uow: UnitOfWork, command: StartImport) -> Job:
    """Store the file and let the worker do the rest.

    Raises:
        UnreadableFile: neither CSV nor XLSX.
    """
    job_id, size, form = new_id(), 0, "csv"
    guess = EncodingGuess()
    await uow.conn.execute(sa.insert(_jobs), _new_row(job_id, command, uow))
    position = 0
    async for data in command.chunks:
        if position == 0:
            form = format_of(data)
        guess.feed(data)
        row = {"job_id": job_id, "position": position, "data": data}
        await uow.conn.execute(sa.insert(_chunks), row)
        position, size = position + 1, size + len(data)
    guess.feed(b"", final=True)
    known = {"size_bytes": size, "format": form, "encoding": guess.name}
    await uow.conn.execute(sa.update(_jobs).where(_jobs.c.id == job_id).values(known))
    return await get(uow.conn, command.kind, job_id)


async def get(conn: Connection, kind: str, job_id: UUID) -> Job:
    """Return a job, or raise NotFound."""
    query = sa.select(*_columns).where(_jobs.c.id == job_id, _jobs.c.kind == kind)
    row = (await conn.execute(query)).one_or_none()
    if row is None:
        raise NotFound.of("import", job_id)
    return _job(row)


async def page(conn: Connection, kind: str, request: PageRequest) -> Page:
    """Return one page of jobs of a kind, newest first."""
    query = sa.select(*_columns).where(_jobs.c.kind == kind)
    sorts = {"-created": Sort(_jobs.c.id, UUID, descending=True)}
    return await fetch_page(conn, query, request, sorts=sorts, key=_jobs.c.id)


async def page_of_errors(conn: Connection, job_id: UUID, request: PageRequest) -> Page:
    """Return one page of refused rows, in the order of the file."""
    query = sa.select(_errors).where(_errors.c.job_id == job_id)
    sorts = {"line": Sort(_errors.c.line, int)}
    return await fetch_page(conn, query, request, sorts=sorts, key=_errors.c.id)


async def unfinished(conn: Connection, kinds: Sequence[str]) -> list[Job]:
    """Return the jobs that are waiting or running, oldest first."""
    query = (
        sa.select(*_columns)
        .where(_jobs.c.status.in_(_UNFINISHED), _jobs.c.kind.in_(kinds))
        .order_by(_jobs.c.created_at, _jobs.c.id)
    )
    return [_job(row) for row in await conn.execute(query)]


async def lock(conn: Connection, job_id: UUID) -> Job | None:
    """Lock and return an unfinished job; None when it is done or another worker has it."""
    query = (
        sa.select(*_columns)
        .where(_jobs.c.id == job_id, _jobs.c.status.in_(_UNFINISHED))
        .with_for_update(skip_locked=True)
    )
    row = (await conn.execute(query)).one_or_none()
    return None if row is None else _job(row)


async def advance(conn: Connection, job: Job, rows_read: int, outcome: Outcome) -> None:
    """Record a batch: ``rows_read`` rows of the file are dealt with now."""
    await _note_errors(conn, job.id, outcome.errors)
    values = {
        "status": Status.RUNNING,
        "rows_read": rows_read,
        "rows_created": job.rows_created + outcome.created,
        "rows_updated": job.rows_updated + outcome.updated,
        "rows_refused": job.rows_refused + len({each.line for each in outcome.errors}),
    }
    await conn.execute(sa.update(_jobs).where(_jobs.c.id == job.id).values(values))


async def finish(conn: Connection, job: Job, at: datetime, failure: str | None = None) -> None:
    """Mark a job as done, or as failed with the reason; its file is not needed any more."""
    status = Status.FAILED if failure else Status.DONE
    values = {"status": status, "failure": failure, "finished_at": at}
    await conn.execute(sa.update(_jobs).where(_jobs.c.id == job.id).values(values))
    await conn.execute(sa.delete(_chunks).where(_chunks.c.job_id == job.id))


async def chunk(conn: Connection, job_id: UUID, position: int) -> bytes | None:
    """Return a piece of the file, or None after the last."""
    query = sa.select(_chunks.c.data).where(
        _chunks.c.job_id == job_id, _chunks.c.position == position
    )
    data: bytes | None = (await conn.execute(query)).scalar()
    return data


def _new_row(job_id: UUID, command: StartImport, uow: UnitOfWork) -> dict[str, Any]:
    return {
        "id": job_id,
        "kind": command.kind,
        "status": Status.WAITING,
        "dry_run": command.dry_run,
        "file_name": command.file_name,
        "format": "csv",
        "encoding": "utf-8-sig",
        "size_bytes": 0,
        "rows_read": 0,
        "rows_created": 0,
        "rows_updated": 0,
        "rows_refused": 0,
        "started_by": uow.actor,
        "created_at": uow.now,
    }


async def _note_errors(conn: Connection, job_id: UUID, errors: Sequence[RowError]) -> None:
    if errors:
        rows = [
            {
                "id": new_id(),
                "job_id": job_id,
                "line": each.line,
                "column": each.column,
                "code": each.code,
                "message": each.message[:1000],
            }
            for each in errors
        ]
        await conn.execute(sa.insert(_errors), rows)


def _job(row: Any) -> Job:
    return Job(**{**row, "status": Status(row["status"])})
