"""Documents over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from shared.documents.model import Document, Kind, Status, Verification
from shared.documents.service import AddVersion, Attach, ChangeDocument, File, VerifyDocument
from shared.http.fields import Day, Input, Line, Name, Output


class DocumentIn(Input):
    """What is said about a new document; without a title it is called as its file."""

    title: Name | None = None
    kind: Kind = Kind.OTHER
    valid_until: Day | None = None

    def command(self, object_type: str, object_id: UUID, title: str, file: File) -> Attach:
        """Return the command this form stands for."""
        named = self.title or title
        return Attach(object_type, object_id, named, self.kind, self.valid_until, file)


class VersionIn(Input):
    """A new version is nothing but its file."""

    @staticmethod
    def command(document_id: UUID, expected: int | None, file: File) -> AddVersion:
        """Return the command this form stands for."""
        return AddVersion(document_id, expected, file)


class DocumentPatch(Input):
    """Fields to change; a field left out stays as it is."""

    title: Name = ""  # left out: stays
    kind: Kind = Kind.OTHER  # left out: stays
    valid_until: Day | None = None

    def command(self, document_id: UUID, expected: int | None) -> ChangeDocument:
        """Return the command this body stands for."""
        changes: dict[str, Any] = self.model_dump(exclude_unset=True)
        return ChangeDocument(document_id, expected, changes)


class VerificationIn(Input):
    """What the check of the newest version found."""

    outcome: Literal[Verification.VERIFIED, Verification.REJECTED]
    remark: Line | None = None

    def command(self, document_id: UUID, expected: int | None) -> VerifyDocument:
        """Return the command this body stands for."""
        return VerifyDocument(document_id, expected, self.outcome, self.remark)


class VersionOut(Output):
    """One version. ``sha256`` is that of its content, in hexadecimal."""

    number: int
    file_name: str
    media_type: str
    size: int
    sha256: str
    uploaded_by: UUID
    uploaded_for: UUID | None
    uploaded_at: datetime


class DocumentFields(Output):
    """What is known of a document."""

    id: UUID
    version: int
    object_type: str
    object_id: UUID
    title: str
    kind: Kind
    valid_until: date | None
    status: Status
    verification: Verification
    verified_by: UUID | None
    verified_for: UUID | None
    verified_at: datetime | None
    remark: str | None
    created_by: UUID
    created_at: datetime
    latest: int


class DocumentOut(DocumentFields):
    """A document with its versions, the newest last."""

    versions: list[VersionOut]

    @classmethod
    def of(cls, document: Document) -> DocumentOut:
        """Present a document."""
        return cls.model_validate(document)


class DocumentSummary(DocumentFields):
    """A document in a list, with the file of its newest version."""

    file_name: str
    media_type: str
    size: int
    uploaded_at: datetime
