"""What is always true of approvals, in each service that has them (32)."""

from __future__ import annotations

from shared.approvals.model import TRANSITIONS, Status
from shared.db.invariants import Invariant
from shared.db.status_history import status_history

INVARIANTS = (
    Invariant(
        "approvals.32 author",
        "Who decided wrote or submitted nothing of it but the own adjustment, and decided once.",
        """
        SELECT a.id, a.label, o.given_by, o.given_for
        FROM approval AS a JOIN approval_opinion AS o ON o.approval_id = a.id
        WHERE o.verdict <> 'comment' AND (
            (o.verdict <> 'adjust')
                = (array_remove(ARRAY[o.given_by, o.given_for], NULL) && a.authors)
            OR EXISTS (
                SELECT FROM approval_opinion AS other
                WHERE other.approval_id = a.id AND other.id <> o.id
                AND other.verdict <> 'comment'
                AND array_remove(ARRAY[other.given_by, other.given_for], NULL)
                    && array_remove(ARRAY[o.given_by, o.given_for], NULL)))
        """,
    ),
    Invariant(
        "approvals.32 steps",
        "What is approved had in every step the agreement that its process asks for.",
        """
        SELECT a.id, a.label, place
        FROM approval AS a,
        jsonb_array_elements(a.steps) WITH ORDINALITY AS steps (planned, place)
        WHERE a.status = 'approved' AND (
            SELECT count(DISTINCT o.voice) FROM approval_opinion AS o
            WHERE o.approval_id = a.id AND o.step = place - 1
              AND (o.verdict = 'approve' OR o.verdict = 'adjust' AND o.step < a.step)
        ) < CASE planned ->> 'mode'
            WHEN 'all' THEN jsonb_array_length(planned -> 'voices') ELSE 1 END
        """,
    ),
    Invariant(
        "approvals.46",
        "A running approval with a limit has its deadline, and no other has one.",
        """
        SELECT a.id, a.status, a.due_at, d.due_at AS deadline
        FROM approval AS a LEFT JOIN deadline AS d
          ON d.subject_id = a.id AND d.kind = 'approval.limit' AND d.done_at IS NULL
        WHERE a.due_at IS DISTINCT FROM d.due_at
        """,
    ),
    Invariant(
        "approvals.221",
        "What has an amount is never taken to a lower authority.",
        "SELECT id, label, at_limit FROM approval"
        " WHERE amount IS NOT NULL AND at_limit <> 'escalate'",
    ),
    status_history("approval", [Status.RUNNING], TRANSITIONS),
)


def bound_to_content(table: str, document_type: str, approved: str) -> Invariant:
    """Return the promise that rows of ``table`` that are ``approved`` (a condition over ``d``) have
    an approval that ended well and is for exactly the content that stands there."""
    return Invariant(
        f"approvals.32 {document_type}",
        f"A {document_type} is approved by an approval of exactly its content.",
        f"""
        SELECT d.id, d.content_hash FROM {table} AS d
        WHERE {approved} AND NOT EXISTS (
            SELECT FROM approval AS a
            WHERE a.document_type = '{document_type}' AND a.document_id = d.id
              AND a.status = 'approved' AND a.content_hash = d.content_hash)
        """,  # noqa: S608 - names of our own
    )
