"""Promises about documents that hold in every service that has them; their contents are looked at
by ``verifying``."""

from __future__ import annotations

from shared.db.invariants import Invariant

INVARIANTS = (
    Invariant(
        "documents.versions",
        "The versions of a document are numbered from one without a gap, and it knows the newest.",
        """
        SELECT document.id, document.latest, kept.count, kept.newest FROM document LEFT JOIN (
            SELECT document_id, count(*), max(number) AS newest FROM document_version
            GROUP BY document_id
        ) AS kept ON kept.document_id = document.id
        WHERE (document.latest, document.latest) IS DISTINCT FROM (kept.count, kept.newest)
        """,
    ),
    Invariant(
        "documents.uploads",
        "The content of a version is no upload that could be cleared away.",
        """
        SELECT document_version.id, document_upload.blob FROM document_version
        JOIN document_upload USING (blob)
        """,
    ),
    Invariant(
        "documents.verified",
        "A document that was checked says by whom and when: not by who sent its newest version.",
        """
        SELECT document.id, document.verification, document.verified_by FROM document
        JOIN document_version AS newest
          ON newest.document_id = document.id AND newest.number = document.latest
        WHERE (verification = 'unverified') <> (verified_by IS NULL)
           OR (verified_by IS NULL) <> (verified_at IS NULL)
           OR verified_by IN (newest.uploaded_by, newest.uploaded_for)
           OR verified_for IN (newest.uploaded_by, newest.uploaded_for)
        """,
    ),
)
