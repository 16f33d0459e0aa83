"""``/v1/documents/<service>``: the documents of a service's objects.

An operation needs its own permission (``document.read``, …) and that of the object: whoever may not
see the object is answered as if there were no document.
"""

# No ``from __future__ import annotations``: the parameters of the operations depend on the service.

import dataclasses
import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import ValidationError
from starlette.responses import Response

from shared.db.unit_of_work import UnitOfWork
from shared.documents.download import MEDIA_TYPE, download
from shared.documents.errors import FileErased
from shared.documents.model import MAX_VERSIONS, Document, Kind, Status
from shared.documents.names import stem_of
from shared.documents.receiving import Received, received
from shared.documents.schemas import (
    DocumentIn,
    DocumentOut,
    DocumentPatch,
    DocumentSummary,
    VerificationIn,
    VersionIn,
)
from shared.documents.service import ArchiveDocument, Desk, File, documents, forget, stored
from shared.documents.settings import storage
from shared.domain.errors import Invalid, NotFound
from shared.http.fields import Digits, Input
from shared.http.gates import Read, Write, reading, writing
from shared.http.multipart import Form, field_errors, form_schema
from shared.http.openapi import answers_problem
from shared.http.paging import ListOf, PageSize, PageToken, page_request, respond_page
from shared.http.routing import StrictRoute

READ, ATTACH, VERIFY = "document.read", "document.attach", "document.verify"

#: The setting decides (``document_max_bytes``), not the limit of ordinary bodies.
_NO_BODY_LIMIT = 2**40
_FILE = "the file, with its name"

Fields = TypeVar("Fields", bound=Input)
Number = Annotated[int, Path(ge=1, le=MAX_VERSIONS), Digits]


def document_router(desk: Desk) -> APIRouter:
    """Return the router of one service; its operations are named after the service."""
    router = APIRouter(
        prefix=f"/v1/documents/{desk.service}",
        tags=["documents"],
        route_class=StrictRoute,
        generate_unique_id_function=lambda route: f"{desk.service}_{route.name}",
    )
    _add_reading(router, desk)
    _add_sending(router, desk)
    _add_changing(router, desk)
    return router


def _add_reading(router: APIRouter, desk: Desk) -> None:
    object_types: Any = Literal[tuple(desk.linked)]

    @router.get("/{document_id}", response_model=DocumentOut)
    async def get_document(document_id: UUID, read: Annotated[Read, reading(READ)]) -> Response:
        """Return a document with all its versions."""
        async with read.connection() as conn:
            document = await desk.get(conn, read.actor, document_id)
        return read.respond(DocumentOut.of(document))

    @router.get(
        "",
        response_model=ListOf[DocumentSummary],
        responses={404: answers_problem("The object is not there, or hidden")},
    )
    async def list_documents(
        read: Annotated[Read, reading(READ)],
        object_type: object_types,
        object_id: UUID,
        kind: Kind | None = None,
        status: Status = Status.ACTIVE,
        sort: str = "-created",
        page_size: PageSize = 50,
        page_token: PageToken = None,
    ) -> Response:
        """List the documents of an object, newest first; ``sort`` is created or -created."""
        request = page_request(read, page_size, page_token, sort)
        async with read.connection() as conn:
            await desk.object_to_read(conn, read.actor, object_type, object_id)
            page = await documents.page(
                conn, object_type, object_id, request, kind=kind, status=status
            )
        return respond_page(read, page, DocumentSummary)

    @router.get(
        "/{document_id}/versions/{number}/file",
        response_class=Response,
        responses={
            200: {"content": {MEDIA_TYPE: {}}},
            206: {"description": "The part that was asked for", "content": {MEDIA_TYPE: {}}},
            416: answers_problem("The file has no such part"),
        },
    )
    async def get_document_file(
        document_id: UUID, number: Number, read: Annotated[Read, reading(READ)]
    ) -> Response:
        """Return the content of a version, to be saved. ``Range`` asks for a part of it."""
        async with read.connection() as conn:
            document = await desk.get(conn, read.actor, document_id)
        for version in document.versions:
            if version.number == number and version.is_erased:
                raise FileErased("The file was about somebody whose data were erased.")
            if version.number == number:
                return await download(read.request, storage(read.context.settings), version)
        raise NotFound.of("version", number)


def _add_sending(router: APIRouter, desk: Desk) -> None:
    object_types: Any = Literal[tuple(desk.linked)]

    @router.post(
        "",
        response_model=DocumentOut,
        status_code=201,
        max_body_size=_NO_BODY_LIMIT,
        openapi_extra=form_schema(DocumentIn, _FILE),
    )
    async def attach_document(
        object_type: object_types,
        object_id: UUID,
        write: Annotated[Write, writing(ATTACH)],
    ) -> Response:
        """Attach a file to an object: PDF, picture, Office or OFD document, text. The content has
        to be what the name says. With an ``Idempotency-Key`` a repeated upload is one document."""
        async with write.connection() as conn:
            await desk.object_to_change(conn, write.actor, object_type, object_id)

        def command(said: DocumentIn, file: File) -> Any:
            return said.command(object_type, object_id, stem_of(file.name)[:200], file)

        return await _take(write, DocumentIn, command, desk.attach, status=201)

    @router.post(
        "/{document_id}/versions",
        response_model=DocumentOut,
        max_body_size=_NO_BODY_LIMIT,
        openapi_extra=form_schema(VersionIn, _FILE),
    )
    async def add_document_version(
        document_id: UUID, write: Annotated[Write, writing(ATTACH)]
    ) -> Response:
        """Add a version of a document; it is not verified yet, and the older ones stay."""
        async with write.connection() as conn:
            document = await desk.get(conn, write.actor, document_id)
        write.actor.require(desk.linked[document.object_type].change)

        def command(said: VersionIn, file: File) -> Any:
            return said.command(document_id, write.expected, file)

        return await _take(write, VersionIn, command, desk.add_version, status=200)


def _add_changing(router: APIRouter, desk: Desk) -> None:
    @router.patch("/{document_id}", response_model=DocumentOut)
    async def change_document(
        document_id: UUID,
        body: DocumentPatch,
        write: Annotated[Write, writing(ATTACH, if_match=True)],
    ) -> Response:
        """Change title, kind or validity. A verified kind or date has to be verified anew."""
        command = body.command(document_id, write.expected)
        return await write(command, desk.change, DocumentOut.of)

    @router.post("/{document_id}/verify", response_model=DocumentOut)
    async def verify_document(
        document_id: UUID,
        body: VerificationIn,
        write: Annotated[Write, writing(VERIFY, if_match=True)],
    ) -> Response:
        """Say what the check of the newest version found; not of a file one sent oneself."""
        command = body.command(document_id, write.expected)
        return await write(command, desk.verify, DocumentOut.of)

    @router.post("/{document_id}/archive", response_model=DocumentOut)
    async def archive_document(
        document_id: UUID, write: Annotated[Write, writing(ATTACH, if_match=True)]
    ) -> Response:
        """Take a document out of use. It is still read by its id and listed as archived."""
        command = ArchiveDocument(document_id, write.expected)
        return await write(command, desk.archive, DocumentOut.of)


async def _take(
    write: Write,
    fields: type[Fields],
    command: Callable[[Fields, File], Any],
    handle: Callable[[UnitOfWork, Any], Awaitable[Document]],
    *,
    status: int,
) -> Response:
    """Receive a file, examine it, store it, and then make it visible."""
    settings, db, form = write.context.settings, write.context.db, Form()
    store = storage(settings)
    async with received(write.request, form, settings.document_max_bytes) as file:
        said = _said(fields, form)
        _bind_key(write, file, form)
        async with stored(db, store, file.content) as blob:
            kept = File(blob, file.name, file.media_type, file.size, file.sha256)
            answer = await write(command(said, kept), handle, DocumentOut.of, status=status)
    if "idempotent-replayed" in answer.headers:
        await forget(db, store, blob)
    return answer


def _said(fields: type[Fields], form: Form) -> Fields:
    try:
        return fields.model_validate(form.fields)
    except ValidationError as error:
        raise Invalid("A field is not valid.", errors=field_errors(error)) from error


def _bind_key(write: Write, file: Received, form: Form) -> None:
    """Bind the key to the content of the file, which only now is known."""
    if write.key is not None:
        query, fields = write.request.url.query, sorted(form.fields.items())
        bound = repr((query, write.expected, file.sha256, file.name, fields)).encode()
        fingerprint = hashlib.sha256(write.key.fingerprint + bound).digest()
        write.key = dataclasses.replace(write.key, fingerprint=fingerprint)
