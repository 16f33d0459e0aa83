"""Tables of documents: the document, its versions, and uploads whose blob has no version yet."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from shared.audit.marks import PRIVATE, SECRET
from shared.db.types import MOMENT


class DocumentTables(NamedTuple):
    """The tables a service with documents has."""

    documents: sa.Table
    versions: sa.Table
    uploads: sa.Table


def document_tables(metadata: sa.MetaData) -> DocumentTables:
    """Declare the tables in a service's metadata."""
    return DocumentTables(_documents(metadata), _versions(metadata), _uploads(metadata))


def _documents(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "document",
        metadata,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("object_type", sa.Text, nullable=False, comment="customer, contract, …"),
        sa.Column("object_id", sa.Uuid, nullable=False),
        sa.Column("customer_id", sa.Uuid, comment="whose the object is"),
        sa.Column("title", sa.Text, nullable=False, info=PRIVATE),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("valid_until", sa.Date),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("verification", sa.Text, nullable=False),
        sa.Column("verified_by", sa.Uuid),
        sa.Column("verified_for", sa.Uuid, comment="in whose name, when a deputy did"),
        sa.Column("verified_at", MOMENT),
        sa.Column("remark", sa.Text, info=PRIVATE, comment="of who verified it"),
        sa.Column("created_by", sa.Uuid, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("latest", sa.Integer, nullable=False, comment="number of the newest version"),
        sa.Index("document_object", "object_type", "object_id", "id"),
    )


def _versions(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "document_version",
        metadata,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("document_id", sa.Uuid, sa.ForeignKey("document.id"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("blob", sa.Text, nullable=False, unique=True, info=SECRET, comment="its key"),
        sa.Column("file_name", sa.Text, nullable=False, info=PRIVATE),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False, comment="bytes"),
        sa.Column("sha256", sa.Text, nullable=False, comment="hexadecimal"),
        sa.Column("uploaded_by", sa.Uuid, nullable=False),
        sa.Column("uploaded_for", sa.Uuid, comment="in whose name, when a deputy did"),
        sa.Column("uploaded_at", MOMENT, nullable=False),
        sa.UniqueConstraint("document_id", "number"),
    )


def _uploads(metadata: sa.MetaData) -> sa.Table:
    # Written before the blob, and removed by the transaction that makes it a version: whatever
    # is still here after a day is the key of a blob that nobody will ever ask for.
    return sa.Table(
        "document_upload",
        metadata,
        sa.Column("blob", sa.Text, primary_key=True),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Index("document_upload_started", "started_at"),
    )
