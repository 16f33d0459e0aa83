"""Use cases of documents. The blob is stored first, then the row is committed: what is visible has
its content, and what a crash leaves behind is known by its upload and cleared away."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter
from typing import IO, Any
from uuid import UUID

from shared.db.driver import Connection
from shared.db.unit_of_work import Database, UnitOfWork
from shared.documents import repository
from shared.documents.blobs import BlobStore, new_key
from shared.documents.errors import UploadGivenUp
from shared.documents.model import Document, DocumentEvents, Kind, Verification, Version
from shared.domain.actor import Actor
from shared.domain.aggregate import Change
from shared.domain.clock import now
from shared.domain.errors import NotFound
from shared.domain.ids import new_id

documents = repository.Documents()
#: No upload takes as long.
GIVEN_UP_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Linked:
    """A kind of object that has documents. ``find`` reads one as the actor may see it, and raises
    NotFound otherwise; ``change`` is what whoever attaches needs, and ``customer`` says whose
    what was found is: nobody's, if it is no customer's. ``hold`` keeps a person from being erased
    up to the commit, and refuses one who was."""

    read: str
    change: str
    find: Callable[[Connection, UUID], Awaitable[Any]]
    customer: Callable[[Any], UUID | None] = attrgetter("customer_id")
    hold: Callable[[UnitOfWork, UUID], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file that was examined and stored."""

    blob: str
    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Attach:
    """Attach a new document to an object."""

    object_type: str
    object_id: UUID
    title: str
    kind: Kind
    valid_until: date | None
    file: File


@dataclass(frozen=True, slots=True)
class AddVersion:
    """Add a version to a document, if it is still at version ``expected``."""

    document_id: UUID
    expected: int | None
    file: File


@dataclass(frozen=True, slots=True)
class ChangeDocument:
    """Change what is said about a document."""

    document_id: UUID
    expected: int | None
    changes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class VerifyDocument:
    """Say what the check of a document found."""

    document_id: UUID
    expected: int | None
    outcome: Verification
    remark: str | None


@dataclass(frozen=True, slots=True)
class ArchiveDocument:
    """Take a document out of use."""

    document_id: UUID
    expected: int | None


@dataclass(frozen=True)
class Desk:
    """The documents of one service: what they belong to, and the events they are told by."""

    service: str
    linked: Mapping[str, Linked]
    events: DocumentEvents

    async def object_to_read(
        self, conn: Connection, actor: Actor, object_type: str, object_id: UUID
    ) -> Any:
        """Return the object, as the actor may see it.

        Raises:
            Forbidden, NotFound: the permission is missing, or the object is hidden.
        """
        linked = self.linked[object_type]
        actor.require(linked.read)
        return await linked.find(conn, object_id)

    async def object_to_change(
        self, conn: Connection, actor: Actor, object_type: str, object_id: UUID
    ) -> Any:
        """Return the object, which the actor may see and change."""
        found = await self.object_to_read(conn, actor, object_type, object_id)
        actor.require(self.linked[object_type].change)
        return found

    async def get(self, conn: Connection, actor: Actor, document_id: UUID) -> Document:
        """Return a document of an object that the actor may see, or raise NotFound (S70)."""
        document = await documents.get(conn, document_id)
        await self._must_be_seen(conn, actor, document)
        return document

    async def attach(self, uow: UnitOfWork, command: Attach) -> Document:
        """Attach a file to an object as a new document (S11, S70, S118)."""
        kind, object_id = command.object_type, command.object_id
        found = await self.object_to_change(uow.conn, uow.actor, kind, object_id)
        if hold := self.linked[kind].hold:
            await hold(uow, object_id)
        document = Document.of(
            await _version(uow, command.file, 1),
            object_type=kind,
            object_id=object_id,
            customer_id=self.linked[kind].customer(found),
            title=command.title,
            kind=command.kind,
            valid_until=command.valid_until,
        )
        await documents.add(uow, document, Change(self.events.attached))
        return document

    async def add_version(self, uow: UnitOfWork, command: AddVersion) -> Document:
        """Add a version; the older ones stay to be read (S70)."""
        document = await self._to_change(uow, command.document_id, command.expected)
        version = await _version(uow, command.file, document.latest + 1)
        await documents.save(uow, document, document.add(version, self.events))
        return document

    async def change(self, uow: UnitOfWork, command: ChangeDocument) -> Document:
        """Change title, kind or validity (S11)."""
        document = await self._to_change(uow, command.document_id, command.expected)
        await documents.save(uow, document, document.change(self.events, **command.changes))
        return document

    async def verify(self, uow: UnitOfWork, command: VerifyDocument) -> Document:
        """Note what the check of the newest version found (核实, S11)."""
        document = await self._seen(uow, command.document_id, command.expected)
        by, on_behalf_of = uow.actor.signature
        change = document.verify(
            command.outcome,
            command.remark,
            self.events,
            by=by,
            at=uow.now,
            on_behalf_of=on_behalf_of,
        )
        await documents.save(uow, document, change)
        return document

    async def archive(self, uow: UnitOfWork, command: ArchiveDocument) -> Document:
        """Take a document out of use; nothing is destroyed (归档, S11)."""
        document = await self._to_change(uow, command.document_id, command.expected)
        await documents.save(uow, document, document.archive(self.events))
        return document

    async def erase(self, uow: UnitOfWork, object_type: str, object_id: UUID) -> None:
        """Forget the documents of somebody who is erased; their files go with the next sweep of
        the worker, as uploads that were given up long ago (GDPR 17)."""
        for document in await repository.of_object(uow, documents, object_type, object_id):
            there = [version.blob for version in document.versions if not version.is_erased]
            await documents.save(uow, document, document.erase(self.events))
            for blob in there:
                await repository.begin_upload(uow.conn, blob, uow.now - GIVEN_UP_AFTER)

    async def _to_change(
        self, uow: UnitOfWork, document_id: UUID, expected: int | None
    ) -> Document:
        document = await self.get(uow.conn, uow.actor, document_id)
        uow.actor.require(self.linked[document.object_type].change)
        return await documents.get_for_update(uow, document_id, expected)

    async def _seen(self, uow: UnitOfWork, document_id: UUID, expected: int | None) -> Document:
        """Lock a document that the actor may see; of what is hidden no version is told."""
        await self.get(uow.conn, uow.actor, document_id)
        return await documents.get_for_update(uow, document_id, expected)

    async def _must_be_seen(self, conn: Connection, actor: Actor, document: Document) -> None:
        """The document of what is hidden answers as one that is not there."""
        linked = self.linked[document.object_type]
        try:
            if not actor.may(linked.read):
                raise NotFound(linked.read)
            await linked.find(conn, document.object_id)
        except NotFound as error:
            raise NotFound.of(documents.noun, document.id) from error


@asynccontextmanager
async def stored(db: Database, store: BlobStore, content: IO[bytes]) -> AsyncIterator[str]:
    """Store a blob and give its key; it is removed when the block fails."""
    blob = new_key(db.service)
    async with db.pool.transaction() as conn:
        await repository.begin_upload(conn, blob, now())
    try:
        await store.put(blob, content)
        yield blob
    except BaseException:
        await forget(db, store, blob)
        raise


async def forget(db: Database, store: BlobStore, blob: str) -> None:
    """Remove a blob that did not become a version; do nothing when it did."""
    async with db.pool.transaction() as conn:
        if await repository.end_upload(conn, blob):
            await store.delete(blob)


async def _version(uow: UnitOfWork, file: File, number: int) -> Version:
    if not await repository.end_upload(uow.conn, file.blob):
        raise UploadGivenUp("The file was cleared away meanwhile; send it again.")
    by, on_behalf_of = uow.actor.signature
    return Version(
        id=new_id(),
        number=number,
        blob=file.blob,
        file_name=file.name,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        uploaded_by=by,
        uploaded_at=uow.now,
        uploaded_for=on_behalf_of,
    )
