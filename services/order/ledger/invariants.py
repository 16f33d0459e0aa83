"""What is always true of the ledger."""

from __future__ import annotations

from shared.db.invariants import Invariant

LEDGER = (
    Invariant(
        "ledger.15",
        "Every journal balances, in its own currency and for its own customer.",
        """
        SELECT j.id, j.number, count(p.id) AS postings, sum(p.amount) AS off
        FROM journal AS j LEFT JOIN posting AS p ON p.journal_id = j.id
        GROUP BY j.id
        HAVING count(p.id) = 0 OR sum(p.amount) <> 0
            OR bool_or((p.customer_id, p.currency, p.posted_on)
                       IS DISTINCT FROM (j.customer_id, j.currency, j.posted_on))
        """,
    ),
    Invariant(
        "ledger.16",
        "The service cannot change or remove journals, postings, prepayment movements and events.",
        # Asked as the runtime role: a service that works as the owner of its tables breaks it too.
        """
        SELECT kept, privilege
        FROM unnest(ARRAY['journal', 'posting', 'prepayment_movement', 'outbox']) AS kept,
             unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS privilege
        WHERE has_table_privilege(current_user, kept, privilege)
        """,
    ),
)
