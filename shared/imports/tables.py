"""Tables of import jobs: the job with its progress, the file in chunks, the refused rows."""

from __future__ import annotations

import sqlalchemy as sa

from shared.db.types import MOMENT, JsonOf
from shared.domain.actor import Actor


def import_tables(metadata: sa.MetaData) -> tuple[sa.Table, sa.Table, sa.Table]:
    """Declare job, chunk and error tables in a service's metadata."""
    job = sa.Table(
        "import_job",
        metadata,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("dry_run", sa.Boolean, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("format", sa.Text, nullable=False, comment="csv or xlsx"),
        sa.Column("encoding", sa.Text, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("rows_read", sa.BigInteger, nullable=False),
        sa.Column("rows_created", sa.BigInteger, nullable=False),
        sa.Column("rows_updated", sa.BigInteger, nullable=False),
        sa.Column("rows_refused", sa.BigInteger, nullable=False),
        sa.Column("started_by", JsonOf(Actor), nullable=False),
        sa.Column("failure", sa.Text, comment="why the file as a whole could not be read"),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT),
        sa.Index(
            "import_job_unfinished",
            "created_at",
            postgresql_where=sa.text("status IN ('waiting', 'running')"),
        ),
    )
    chunk = sa.Table(
        "import_chunk",
        metadata,
        sa.Column("job_id", sa.ForeignKey("import_job.id"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    error = sa.Table(
        "import_error",
        metadata,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("job_id", sa.ForeignKey("import_job.id"), nullable=False),
        sa.Column("line", sa.BigInteger, nullable=False),
        sa.Column("column", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Index("import_error_line", "job_id", "line", "id"),
    )
    return job, chunk, error
