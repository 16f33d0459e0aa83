"""Documents in PostgreSQL, and the uploads that have not become versions yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from shared.db.driver import Connection
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.repository import Children, Repository
from shared.db.unit_of_work import UnitOfWork
from shared.documents.model import Document, Version
from shared.documents.table import document_tables
from shared.domain.aggregate import Change
from shared.events.payload import Payload

_documents, _versions, _uploads = document_tables(sa.MetaData())

SORTS = {
    "created": Sort(_documents.c.id, UUID),
    "-created": Sort(_documents.c.id, UUID, descending=True),
}
_NEWEST = [_versions.c[name] for name in ("file_name", "media_type", "size", "uploaded_at")]


def payload(document: Document, change: Change) -> Payload:
    """Return the event of a change: what happened to which file, and nothing that is in it."""
    newest = document.newest
    return change.event(
        document_id=document.id,
        object_type=document.object_type,
        object_id=document.object_id,
        customer_id=document.customer_id,
        kind=document.kind,
        status=document.status,
        verification=document.verification,
        verified_by=document.verified_by,
        valid_until=document.valid_until,
        latest=newest.number,
        media_type=newest.media_type,
        size=newest.size,
        sha256=newest.sha256,
        uploaded_by=newest.uploaded_by,
    )


class Documents(Repository[Document]):
    """The documents of one service."""

    kind = Document
    table = _documents
    noun = "document"
    children = (Children("versions", Version, _versions, "document_id"),)
    payload = staticmethod(payload)

    async def page(
        self,
        conn: Connection,
        object_type: str,
        object_id: UUID,
        request: PageRequest,
        **equal: Any,
    ) -> Page:
        """Return one page of the documents of an object, each with its newest version."""
        newest = sa.and_(
            _versions.c.document_id == _documents.c.id, _versions.c.number == _documents.c.latest
        )
        query = (
            sa.select(*_documents.c, *_NEWEST)
            .join_from(_documents, _versions, newest)
            .where(_documents.c.object_type == object_type, _documents.c.object_id == object_id)
        )
        for name, value in equal.items():
            if value is not None:
                query = query.where(_documents.c[name] == value)
        return await fetch_page(conn, query, request, sorts=SORTS, key=_documents.c.id)


async def of_object(
    uow: UnitOfWork, documents: Documents, object_type: str, object_id: UUID
) -> list[Document]:
    """Lock and return all documents of an object."""
    mine = (_documents.c.object_type == object_type) & (_documents.c.object_id == object_id)
    return await documents.select(uow.conn, documents.query().where(mine), lock=True)


async def begin_upload(conn: Connection, blob: str, at: datetime) -> None:
    """Note that a blob is about to be stored."""
    await conn.execute(sa.insert(_uploads).values(blob=blob, started_at=at))


async def end_upload(conn: Connection, blob: str) -> bool:
    """Forget the upload of a blob; False when it was forgotten before."""
    found = await conn.execute(sa.delete(_uploads).where(_uploads.c.blob == blob))
    return found.rowcount == 1


async def given_up(conn: Connection, before: datetime, limit: int) -> Sequence[str]:
    """Lock and return uploads that began before a moment, and that nobody is ending just now."""
    query = (
        sa.select(_uploads.c.blob)
        .where(_uploads.c.started_at < before)
        .order_by(_uploads.c.started_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list((await conn.execute(query)).scalars())


async def stored_versions(conn: Connection, after: UUID | None, limit: int) -> Sequence[Any]:
    """Return versions by id: what should lie in the storage."""
    there = ~_versions.c.blob.startswith("erased/")
    columns = [_versions.c[name] for name in ("id", "document_id", "number")]
    query = sa.select(*columns, _versions.c.blob, _versions.c.size, _versions.c.sha256)
    query = query.where(there)
    if after is not None:
        query = query.where(_versions.c.id > after)
    return (await conn.execute(query.order_by(_versions.c.id).limit(limit))).mappings().all()


async def count_versions(conn: Connection) -> int:
    """Return how many versions there are."""
    found: int = await conn.scalar(sa.select(sa.func.count()).select_from(_versions))
    return found
