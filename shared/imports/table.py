"""Tables of import jobs: the job, its file in chunks, and the errors of its rows."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.db.types import MOMENT


class ImportTables(NamedTuple):
    """The tables a service with imports has."""

    jobs: sa.Table
    chunks: sa.Table
    errors: sa.Table


def import_tables(metadata: sa.MetaData) -> ImportTables:
    """Declare the tables in a service's metadata."""
    return ImportTables(_jobs(metadata), _chunks(metadata), _errors(metadata))


def _jobs(metadata: sa.MetaData) -> sa.Table:
    running = sa.text("status IN ('uploading', 'waiting', 'running')")
    return sa.Table(
        "import_job",
        metadata,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("dry_run", sa.Boolean, nullable=False),
        sa.Column("options", JSONB, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("format", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False, comment="bytes"),
        sa.Column("encoding", sa.Text),
        sa.Column("columns", JSONB, comment="our name of a column -> its heading in the file"),
        sa.Column("ignored", JSONB, comment="headings that mean nothing to us"),
        sa.Column("rows_expected", sa.BigInteger, comment="an estimate"),
        sa.Column("rows_done", sa.BigInteger, nullable=False, comment="also where to resume"),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("updated", sa.BigInteger, nullable=False),
        sa.Column("unchanged", sa.BigInteger, nullable=False),
        sa.Column("failed", sa.BigInteger, nullable=False),
        sa.Column("error", JSONB, comment="why the file cannot be read: code, message, line"),
        sa.Column("requested_by", sa.Uuid, nullable=False),
        sa.Column("requested_for", sa.Uuid, comment="in whose name, when a deputy did"),
        sa.Column("actor", JSONB, nullable=False, comment="on whose behalf rows are taken"),
        sa.Column("owners", ARRAY(sa.Uuid), comment="whose things the actor sees; null: all"),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT),
        sa.Column("finished_at", MOMENT),
        sa.Index("import_job_open", "id", postgresql_where=running),
        sa.Index("import_job_kind", "kind", "id"),
    )


def _chunks(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "import_chunk",
        metadata,
        sa.Column("job_id", sa.Uuid, sa.ForeignKey("import_job.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )


def _errors(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "import_error",
        metadata,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("job_id", sa.Uuid, sa.ForeignKey("import_job.id"), nullable=False),
        sa.Column("line", sa.BigInteger, nullable=False),
        sa.Column("column", sa.Text),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Index("import_error_job", "job_id", "line", "id"),
    )
