"""Promises of import jobs; a service with imports adds them to its own."""

from __future__ import annotations

from shared.db.invariants import Invariant

INVARIANTS = (
    Invariant(
        "imports.rows",
        "Of every row of an import it is known what became of it.",
        """
        SELECT id, rows_done, created, updated, unchanged, failed FROM import_job
        WHERE rows_done <> created + updated + unchanged + failed
        """,
    ),
    Invariant(
        "imports.errors",
        "Every row that failed has an error, and no other row.",
        """
        SELECT import_job.id, failed, lines FROM import_job LEFT JOIN (
            SELECT job_id, count(DISTINCT line) AS lines FROM import_error GROUP BY job_id
        ) AS counted ON counted.job_id = import_job.id
        WHERE failed <> coalesce(lines, 0)
        """,
    ),
    Invariant(
        "imports.files",
        "The file of an import that has ended is not kept.",
        """
        SELECT import_job.id, status FROM import_job
        WHERE status IN ('done', 'failed', 'cancelled')
          AND EXISTS (SELECT FROM import_chunk WHERE job_id = import_job.id)
        """,
    ),
)
