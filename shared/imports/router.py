"""Import jobs over HTTP: ``/v1/{resource}/imports``. A service includes one router per kind."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, UploadFile
from starlette.responses import Response

from shared.http.fields import Output
from shared.http.gates import Read, Write, reading, writing
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import StrictRoute
from shared.imports import jobs
from shared.imports.jobs import Job, StartImport, Status
from shared.imports.kind import ImportKind

#: The largest file that is taken, in bytes.
MAX_FILE_BYTES = 200 * 1024 * 1024
_CHUNK = 1024 * 1024


class ImportOut(Output):
    """An import and how far it has come. Rows count without the heading."""

    id: UUID
    status: Status
    dry_run: bool
    file_name: str
    size_bytes: int
    rows_read: int
    rows_created: int
    rows_updated: int
    rows_refused: int
    failure: str | None
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, job: Job) -> ImportOut:
        """Present a job."""
        return cls.model_validate(job)


class ImportErrorOut(Output):
    """A refused row: its line in the file, the column, and why."""

    line: int
    column: str
    code: str
    message: str


def import_router(resource: str, kind: ImportKind, permission: str) -> APIRouter:
    """Return the routes of one kind of import under ``/v1/{resource}/imports``."""
    router = APIRouter(prefix=f"/v1/{resource}/imports", tags=["imports"], route_class=StrictRoute)
    name = kind.name.replace("-", "_")

    async def start_import(
        file: UploadFile,
        write: Annotated[Write, writing(permission)],
        dry_run: Annotated[bool, Query(description="check every row, change nothing")] = False,
    ) -> Response:
        if write.key is not None:
            digest = await _digest(file)
            write.key = replace(write.key, fingerprint=digest + bytes([dry_run]))
        file_name = (file.filename or "file")[:200].replace("\0", "")
        command = StartImport(kind.name, file_name, _chunks(file), dry_run)
        return await write(command, jobs.start, ImportOut.of, status=201)

    async def get_template(read: Annotated[Read, reading(permission)]) -> Response:
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow([column.name for column in kind.columns])
        writer.writerow([column.example for column in kind.columns])
        headers = {"content-disposition": f'attachment; filename="{kind.name}.csv"'}
        return Response("\ufeff" + text.getvalue(), media_type="text/csv", headers=headers)

    async def get_import(import_id: UUID, read: Annotated[Read, reading(permission)]) -> Response:
        async with read.connection() as conn:
            return read.respond(ImportOut.of(await jobs.get(conn, kind.name, import_id)))

    async def list_imports(
        read: Annotated[Read, reading(permission)],
        page_size: PageSize = 50,
        page_token: PageToken = None,
    ) -> Response:
        request = page_request(read, page_size, page_token, "-created")
        async with read.connection() as conn:
            return respond_page(read, await jobs.page(conn, kind.name, request), ImportOut)

    async def list_import_errors(
        import_id: UUID,
        read: Annotated[Read, reading(permission)],
        page_size: PageSize = 50,
        page_token: PageToken = None,
    ) -> Response:
        request = page_request(read, page_size, page_token, "line")
        async with read.connection() as conn:
            await jobs.get(conn, kind.name, import_id)
            page = await jobs.page_of_errors(conn, import_id, request)
        return respond_page(read, page, ImportErrorOut)

    router.post(
        "",
        name=f"start_{name}_import",
        response_model=ImportOut,
        status_code=201,
        max_body_size=MAX_FILE_BYTES + _CHUNK,
        description=f"Upload a CSV or XLSX file of {resource}; a job imports it. Columns: "
        + ", ".join(f"`{c.name}`" + ("*" if c.required else "") for c in kind.columns),
    )(start_import)
    router.get(
        "/template",
        name=f"get_{name}_import_template",
        response_class=Response,
        description="Return a CSV file with the columns and an example.",
    )(get_template)
    router.get(
        "/{import_id}",
        name=f"get_{name}_import",
        response_model=ImportOut,
        description="Return an import and its progress.",
    )(get_import)
    router.get(
        "",
        name=f"list_{name}_imports",
        response_model=ListOf[ImportOut],
        description="List imports, newest first.",
    )(list_imports)
    router.get(
        "/{import_id}/errors",
        name=f"list_{name}_import_errors",
        response_model=ListOf[ImportErrorOut],
        description="List the refused rows with their lines.",
    )(list_import_errors)
    return router


async def _chunks(file: UploadFile) -> AsyncIterator[bytes]:
    await file.seek(0)
    while data := await file.read(_CHUNK):
        yield data


async def _digest(file: UploadFile) -> bytes:
    digest = hashlib.sha256()
    async for data in _chunks(file):
        digest.update(data)
    return digest.digest()
