"""Import jobs over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from shared.http.fields import Output
from shared.imports.store import JobStatus


class FileErrorOut(Output):
    """Why a file cannot be read, and where."""

    code: str
    message: str
    line: int | None


class ImportOut(Output):
    """An import job. ``rows_done`` = ``created`` + ``updated`` + ``unchanged`` + ``failed``; of a
    dry run they say what would have become of the rows. ``rows_expected`` is an estimate."""

    id: UUID
    kind: str
    status: JobStatus
    dry_run: bool
    options: dict[str, Any]
    file_name: str
    format: str
    size: int
    encoding: str | None
    columns: dict[str, str] | None
    ignored: list[str] | None
    rows_expected: int | None
    rows_done: int
    created: int
    updated: int
    unchanged: int
    failed: int
    error: FileErrorOut | None
    requested_by: UUID
    requested_for: UUID | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, row: Any) -> ImportOut:
        """Present a job."""
        return cls.model_validate(dict(row))


class RowErrorOut(Output):
    """Why a row was not taken, and which of its columns is to blame."""

    line: int
    column: str | None
    code: str
    message: str
