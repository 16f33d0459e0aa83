"""The HTTP side of one kind of import: upload, progress, errors, cancelling, templates."""

# No ``from __future__ import annotations``: the gates of the routes depend on parameters of the
# functions that make them, and are looked up when the route is made.

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import ValidationError
from pydantic_core import from_json
from starlette.responses import Response

from shared.db.unit_of_work import UnitOfWork
from shared.domain.clock import now
from shared.domain.errors import Invalid
from shared.http.gates import Read, Write, reading, writing
from shared.http.idempotency import IdempotencyKey
from shared.http.multipart import Form, MalformedUpload, field_errors, file_pieces, form_schema
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import new_router
from shared.imports import store
from shared.imports.kinds import ImportKind
from shared.imports.schemas import ImportOut, RowErrorOut
from shared.imports.store import JobStatus
from shared.imports.template import (
    CSV_TYPE,
    XLSX_TYPE,
    Language,
    TemplateFormat,
    csv_template,
    xlsx_template,
)
from shared.imports.uploads import Upload, take_in

#: The setting decides (``import_max_bytes``), not the limit of ordinary bodies.
_NO_BODY_LIMIT = 2**40
_DRY_RUN = {"type": "boolean", "default": False, "description": "change nothing"}


@dataclass(frozen=True, slots=True)
class StartImport:
    """Hand an uploaded file to the worker."""

    job_id: UUID
    known: dict[str, Any]


def import_router(kind: ImportKind, *, start: str, jobs: str, permission: str) -> APIRouter:
    """Return the operations of an import under ``/v1``.

    ``start`` is where files are sent (``/customers/imports``), ``jobs`` where jobs are looked at
    (``/imports``): each service has paths of its own, even when all share one address.
    """
    router = new_router("imports")
    _add_start(router, kind, start, jobs, permission)
    _add_template(router, kind, start, permission)
    _add_looking(router, kind, jobs, permission)
    _add_cancelling(router, kind, jobs, permission)
    return router


def _add_start(router: APIRouter, kind: ImportKind, start: str, jobs: str, permission: str) -> None:
    async def start_import(write: Annotated[Write, writing(permission)]) -> Response:
        """Take in a CSV or XLSX file; the worker imports it. A dry run changes nothing and says
        what would happen. With an ``Idempotency-Key`` a repeated upload starts one job."""
        job_id, command = await _receive(write, kind)
        response = None
        try:
            response = await write(command, _start, ImportOut.of, status=202)
        finally:
            if response is None or "idempotent-replayed" in response.headers:
                await _drop(write, job_id)
        body: Any = from_json(bytes(response.body))
        response.headers["location"] = f"/v1{jobs}/{body['id']}"
        return response

    router.add_api_route(
        start,
        start_import,
        methods=["POST"],
        name=f"start_{kind.name}_import",
        status_code=202,
        response_model=ImportOut,
        max_body_size=_NO_BODY_LIMIT,
        openapi_extra=form_schema(kind.options, "CSV or XLSX", dry_run=_DRY_RUN),
    )


def _add_template(router: APIRouter, kind: ImportKind, start: str, permission: str) -> None:
    async def get_import_template(
        read: Annotated[Read, reading(permission)],
        format: TemplateFormat = TemplateFormat.CSV,
        language: Language = Language.EN,
    ) -> Response:
        """Return an empty file with the headings, in English or Chinese."""
        if format is TemplateFormat.CSV:
            content, media = csv_template(kind.columns, language), CSV_TYPE
        else:
            content = await asyncio.to_thread(xlsx_template, kind.columns, language)
            media = XLSX_TYPE
        name = f'attachment; filename="{kind.name}.{format}"'
        headers = {"content-type": media, "content-disposition": name}
        return Response(content, headers=headers)

    router.add_api_route(
        f"{start}/template",
        get_import_template,
        name=f"get_{kind.name}_import_template",
        response_class=Response,
        responses={200: {"content": {CSV_TYPE: {}, XLSX_TYPE: {}}}},
    )


def _add_looking(router: APIRouter, kind: ImportKind, jobs: str, permission: str) -> None:
    async def get_import(import_id: UUID, read: Annotated[Read, reading(permission)]) -> Response:
        """Return how far an import is, and what became of the rows so far."""
        async with read.connection() as conn:
            row = await store.find_job(conn, kind.name, import_id)
        return read.respond(ImportOut.of(row))

    async def list_imports(
        read: Annotated[Read, reading(permission)],
        status: JobStatus | None = None,
        page_size: PageSize = 50,
        page_token: PageToken = None,
    ) -> Response:
        """List imports, newest first."""
        request = page_request(read, page_size, page_token, "-created")
        async with read.connection() as conn:
            page = await store.page_of_jobs(conn, kind.name, status, request)
        return respond_page(read, page, ImportOut, ImportOut.of)

    async def list_import_errors(
        import_id: UUID,
        read: Annotated[Read, reading(permission)],
        page_size: PageSize = 50,
        page_token: PageToken = None,
    ) -> Response:
        """List the rows that were not taken, by line, with the reasons."""
        request = page_request(read, page_size, page_token, "line")
        async with read.connection() as conn:
            await store.find_job(conn, kind.name, import_id)
            page = await store.page_of_errors(conn, import_id, request)
        return respond_page(read, page, RowErrorOut)

    for path, endpoint, name, model in (
        (f"{jobs}/{{import_id}}", get_import, f"get_{kind.name}_import", ImportOut),
        (jobs, list_imports, f"list_{kind.name}_imports", ListOf[ImportOut]),
        (
            f"{jobs}/{{import_id}}/errors",
            list_import_errors,
            f"list_{kind.name}_import_errors",
            ListOf[RowErrorOut],
        ),
    ):
        router.add_api_route(path, endpoint, name=name, response_model=model)


def _add_cancelling(router: APIRouter, kind: ImportKind, jobs: str, permission: str) -> None:
    async def cancel(uow: UnitOfWork, job_id: UUID) -> Any:
        return await store.cancel(uow.conn, kind.name, job_id, uow.now)

    async def cancel_import(
        import_id: UUID, write: Annotated[Write, writing(permission)]
    ) -> Response:
        """End an import before its last row. Rows that were taken stay."""
        return await write(import_id, cancel, ImportOut.of)

    router.add_api_route(
        f"{jobs}/{{import_id}}/cancel",
        cancel_import,
        methods=["POST"],
        name=f"cancel_{kind.name}_import",
        response_model=ImportOut,
    )


async def _receive(write: Write, kind: ImportKind) -> tuple[UUID, StartImport]:
    """Store the file, and read the rest of the form."""
    db, form = write.context.db, Form()
    async with db.pool.transaction() as conn:
        job_id = await store.begin_upload(conn, kind.name, write.actor, write.scope, now())
    try:
        pieces = file_pieces(write.request, form)
        upload = await take_in(db, job_id, pieces, write.context.settings.import_max_bytes)
        known = _known(kind, form, upload)
    except BaseException:
        await _drop(write, job_id)
        raise
    if write.key is not None:
        write.key = _key(write, upload, known)
    return job_id, StartImport(job_id, known)


def _known(kind: ImportKind, form: Form, upload: Upload) -> dict[str, Any]:
    fields = dict(form.fields)
    dry_run = fields.pop("dry_run", "false").lower()
    if dry_run not in ("true", "false"):
        raise Invalid.field("/dry_run", "Send true or false.", "bool_parsing")
    if upload.size == 0:
        raise MalformedUpload("The file is empty.")
    try:
        options = kind.options.model_validate(fields)
    except ValidationError as error:
        raise Invalid("An option is not valid.", errors=field_errors(error)) from error
    return {
        "file_name": form.file_name or "",
        "format": upload.format(form.file_name or ""),
        "size": upload.size,
        "dry_run": dry_run == "true",
        "options": options.model_dump(mode="json"),
    }


def _key(write: Write, upload: Upload, known: dict[str, Any]) -> IdempotencyKey:
    """Bind the key to the content of the file, which only now is known."""
    header = write.request.headers["idempotency-key"]
    route = f"{write.request.method} {write.request.url.path}"
    body = {"digest": upload.digest, **known}
    return IdempotencyKey.of(write.actor, route, header, body)


async def _start(uow: UnitOfWork, command: StartImport) -> Any:
    return await store.end_upload(uow.conn, command.job_id, **command.known)


async def _drop(write: Write, job_id: UUID) -> None:
    async with write.context.db.pool.transaction() as conn:
        await store.drop_upload(conn, job_id)
